-- Leaving: what somebody is responsible for goes to others first.

-- Definer: it changes tables that nobody may write. Not granted: whoever calls it says who may.
create function atrium_private.hand_over_to(in_workspace uuid, from_user uuid, to_user uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  if to_user is null then
    return;
  elsif to_user = from_user or not exists (
    select from atrium.members heir
    where heir.workspace_id = in_workspace and heir.user_id = to_user and heir.role > 'guest'
      and heir.suspended_at is null and (heir.expires_at is null or heir.expires_at > now())
  ) then
    raise sqlstate 'PT422' using message = 'Hand over to an active member who is no guest.', detail = 'heir_invalid';
  end if;
  update atrium.spaces set created_by = to_user where workspace_id = in_workspace and created_by = from_user;
  update atrium.documents set created_by = to_user where workspace_id = in_workspace and created_by = from_user;
  update atrium.rooms set created_by = to_user where workspace_id = in_workspace and created_by = from_user;
  update atrium.grants set created_by = to_user where workspace_id = in_workspace and created_by = from_user;
  update atrium.links set created_by = to_user where workspace_id = in_workspace and created_by = from_user;
  -- A private space that would be without an admin. Others stay closed to the heir: he gets no look into what he was not let into.
  insert into atrium.space_members (space_id, user_id, role)
  select space.id, to_user, 'admin' from atrium.spaces space
  join atrium.space_members leaving on leaving.space_id = space.id and leaving.user_id = from_user and leaving.role = 'admin'
  where space.workspace_id = in_workspace and space.private
    and not exists (
      select from atrium.space_members other where other.space_id = space.id and other.role = 'admin' and other.user_id <> from_user
    )
    and (
      exists (select from atrium.space_members inside where inside.space_id = space.id and inside.user_id = to_user)
      or not exists (select from atrium.space_members inside where inside.space_id = space.id and inside.user_id is distinct from from_user)
    )
  on conflict (space_id, user_id) do update set role = 'admin';
  -- A private room that nobody would see any more. A direct conversation goes to nobody.
  insert into atrium.room_members (room_id, user_id)
  select room.id, to_user from atrium.rooms room
  join atrium.room_members leaving on leaving.room_id = room.id and leaving.user_id = from_user
  where room.workspace_id = in_workspace and room.private and room.kind = 'room'
    and not exists (select from atrium.room_members other where other.room_id = room.id and other.user_id <> from_user)
  on conflict do nothing;
  if not exists (
    select from atrium.members owner
    where owner.workspace_id = in_workspace and owner.role = 'owner' and owner.suspended_at is null and owner.user_id <> from_user
  ) then
    update atrium.members set role = 'owner', expires_at = null where workspace_id = in_workspace and user_id = to_user;
  end if;
end $$;
comment on function atrium_private.hand_over_to(uuid, uuid, uuid) is
  'Makes somebody the one who is responsible for what another made, before that one goes; the owner too, when there would be none. Errors: 422 heir_invalid.';

-- Definer: see lock_member.
create function atrium_private.remove_member(in_workspace uuid, of_user uuid, heir uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  leaving boolean := atrium_private.require_caller() is not distinct from of_user;
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, case when leaving then 'guest' else 'admin' end::atrium.role);
  member atrium.members := atrium_private.lock_member(in_workspace, of_user);
begin
  perform atrium_private.refuse_higher(member.role, mine);
  perform atrium_private.hand_over_to(in_workspace, of_user, heir);
  perform atrium_private.refuse_last_owner(member);
  delete from atrium.members where workspace_id = in_workspace and user_id = of_user;
end $$;
comment on function atrium_private.remove_member(uuid, uuid, uuid) is 'Behind atrium.remove_member.';
grant execute on function atrium_private.remove_member to authenticated;

create function atrium.remove_member(workspace_id uuid, user_id uuid, hand_over_to uuid default null)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_member($1, $2, $3) $$;
comment on function atrium.remove_member(uuid, uuid, uuid) is
  'Removes a member with all that was shared with him; what he made stays, and belongs to hand_over_to when given. With his own id anybody leaves, the last owner too when he hands over. Nullable: hand_over_to.
Example: select atrium.remove_member(''0190…'', ''0191…'', hand_over_to => ''0192…'');
Errors: 401 not_signed_in, 403 role_too_low, role_too_high, 404 workspace_not_found, member_not_found, 409 last_owner, 422 heir_invalid.';
grant execute on function atrium.remove_member to authenticated;

-- Definer: it reads the claims of the token, which caller() has believed, and the factors. GoTrue dates each way in which the person proved
-- who he is. Whoever has a second factor has shown it: a password alone, however fresh, is what a thief may have.
create function atrium_private.require_fresh_sign_in()
  returns void
  language plpgsql stable security definer set search_path = ''
as $$
declare
  claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
  proved_at double precision := (
    select max((method ->> 'timestamp')::double precision)
    from jsonb_array_elements(case when jsonb_typeof(claims -> 'amr') = 'array' then claims -> 'amr' else '[]' end) method
    where jsonb_typeof(method) = 'object'
  );
begin
  if (proved_at > extract(epoch from now()) - 900) is distinct from true then
    raise sqlstate 'PT403' using message = 'Sign in again first: this needs a sign-in of the last 15 minutes.', detail = 'reauthentication_needed';
  elsif claims ->> 'aal' is distinct from 'aal2' and exists (
    select from auth.mfa_factors factor where factor.user_id = atrium_private.caller() and factor.status = 'verified'
  ) then
    raise sqlstate 'PT403' using message = 'Sign in with your second factor first.', detail = 'insufficient_aal';
  end if;
end $$;
comment on function atrium_private.require_fresh_sign_in() is 'Errors: 403 reauthentication_needed, insufficient_aal.';

-- Definer: it deletes an account and, where nobody else is, workspaces.
create function atrium_private.delete_my_account(heirs jsonb)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  mine record;
begin
  perform atrium_private.require_fresh_sign_in();
  if jsonb_typeof(coalesce(heirs, '{}')) <> 'object' then
    raise sqlstate 'PT422' using message = 'Say who gets what as an object: the id of each workspace, and of a member in it.', detail = 'hand_over_invalid';
  end if;
  for mine in
    select member.workspace_id, workspace.name from atrium.members member join atrium.workspaces workspace on workspace.id = member.workspace_id
    where member.user_id = me order by member.workspace_id
  loop
    perform from atrium.workspaces where id = mine.workspace_id for no key update;
    if not exists (select from atrium.members other where other.workspace_id = mine.workspace_id and other.user_id <> me) then
      delete from atrium.workspaces where id = mine.workspace_id;
      continue;
    end if;
    perform atrium_private.hand_over_to(mine.workspace_id, me, (heirs ->> mine.workspace_id::text)::uuid);
    perform atrium_private.refuse_last_owner(member) from atrium.members member
    where member.workspace_id = mine.workspace_id and member.user_id = me;
    delete from atrium.members where workspace_id = mine.workspace_id and user_id = me;
  end loop;
  delete from auth.users where id = me;
exception when invalid_text_representation then
  raise sqlstate 'PT422' using message = 'Say who gets what as an object: the id of each workspace, and of a member in it.', detail = 'hand_over_invalid';
end $$;
comment on function atrium_private.delete_my_account(jsonb) is 'Behind atrium.delete_my_account.';
grant execute on function atrium_private.delete_my_account to authenticated;

create function atrium.delete_my_account(hand_over jsonb default '{}')
  returns void
  language sql set search_path = ''
as $$ select atrium_private.delete_my_account($1) $$;
comment on function atrium.delete_my_account(jsonb) is
  'Deletes the account of the caller, for good: what he wrote stays without his name, workspaces in which he is alone go with him. Where he is the last owner he names who follows. Nullable: hand_over.
Example: select atrium.delete_my_account(''{"0190…": "0191…"}''), with the id of a workspace and of a member in it.
Errors: 401 not_signed_in, 403 reauthentication_needed (the sign-in is older than 15 minutes), insufficient_aal (a second factor was not shown), 409 last_owner, 422 heir_invalid, hand_over_invalid.';
grant execute on function atrium.delete_my_account to authenticated;
