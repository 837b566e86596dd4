-- Workspaces and who belongs to them.

create table atrium.workspaces (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) between 1 and 80),
  epoch integer not null default 1,
  created_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table atrium.workspaces is 'What a team has in common. Made by create_workspace; its admins may change the name.';
comment on column atrium.workspaces.name is '1 to 80 characters.';
comment on column atrium.workspaces.epoch is
  'Part of the Realtime topic workspace:<id>:<epoch>. It rises when somebody loses the workspace, so that he is left behind on a topic where nothing happens any more.';

create table atrium.members (
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  role atrium.role not null,
  suspended_at timestamptz,
  expires_at timestamptz,
  needs_mfa boolean not null default false,
  joined_at timestamptz not null default now(),
  primary key (workspace_id, user_id)
);
comment on table atrium.members is 'Who belongs to a workspace, and as what. Guests see their own row only.';
comment on column atrium.members.role is 'The role in every open space of the workspace. A guest has none there.';
comment on column atrium.members.suspended_at is 'Set while the person is shut out: no rights at all, at once. Null for everybody else.';
comment on column atrium.members.expires_at is 'From then on he has no rights, until the time is changed. Null: no end.';
comment on column atrium.members.needs_mfa is 'Whether the security policy of the workspace asks for a second factor; a copy, so that no policy reads two tables.';
-- Every policy asks "which workspaces am I in?".
create index on atrium.members (user_id, workspace_id);
-- The worker asks every second what has ended.
create index on atrium.members (expires_at) where expires_at is not null;

-- Deleting an account looks for what the person made.
create index on atrium.workspaces (created_by);

alter table atrium.workspaces enable row level security;
alter table atrium.members enable row level security;

-- Definer: it reads the claims of the token, which are believed as caller() believes them.
create function atrium_private.caller_without_mfa()
  returns uuid
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'aal') is distinct from 'aal2' then
    return atrium_private.caller();
  end if;
  return null;
end $$;
comment on function atrium_private.caller_without_mfa() is 'The caller, if he has signed in without a second factor; else null.';

-- Definer: see caller_without_mfa.
create function atrium_private.lacks_mfa(for_user uuid)
  returns boolean
  language plpgsql stable security definer set search_path = ''
as $$
begin
  -- About somebody else it is not asked: nobody knows how he will sign in.
  return coalesce(for_user = atrium_private.caller_without_mfa(), false);
end $$;
comment on function atrium_private.lacks_mfa(uuid) is 'Whether this person is the caller and has signed in without a second factor.';

-- Every right begins here. A view, because it becomes part of the one query that asks: functions within functions cost each statement
-- more than what they look up.
create view atrium_private.active_members with (security_invoker) as
  select member.user_id, member.workspace_id, member.role
  from atrium.members member
  where member.suspended_at is null
    and (member.expires_at is null or member.expires_at > now())
    and (not member.needs_mfa or member.user_id is distinct from (select atrium_private.caller_without_mfa()));
comment on view atrium_private.active_members is
  'The people who have rights in a workspace now: not suspended, not expired, and signed in with a second factor where that is asked for.';

-- Definer: see workspaces_of_caller. Not granted: it answers for anybody.
create function atrium_private.active_memberships(for_user uuid)
  returns table (workspace_id uuid, role atrium.role)
  language plpgsql stable security definer rows 2 set search_path = ''
as $$
begin
  return query select member.workspace_id, member.role from atrium_private.active_members member where member.user_id = for_user;
end $$;
comment on function atrium_private.active_memberships(uuid) is 'The workspaces in which a person has rights now, see active_members.';

-- Definer: a policy on members may not read members, or it would call itself.
create function atrium_private.workspaces_of_caller(at_least atrium.role default 'viewer')
  returns setof uuid
  language plpgsql stable security definer rows 2 set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  return query select member.workspace_id from atrium_private.active_members member where member.user_id = me and member.role >= at_least;
end $$;
comment on function atrium_private.workspaces_of_caller(atrium.role) is 'The workspaces in which the caller has the role or a higher one.';
grant execute on function atrium_private.workspaces_of_caller to authenticated;

-- Definer: it reads members whatever the caller may see of them.
create function atrium_private.require_workspace_role(in_workspace uuid, at_least atrium.role)
  returns atrium.role
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  mine atrium.role;
begin
  select member.role into mine
  from atrium_private.active_memberships(me) member
  where member.workspace_id = in_workspace;
  if mine is null then
    raise sqlstate 'PT404' using message = 'There is no such workspace, or you are not in it.', detail = 'workspace_not_found';
  elsif mine < at_least then
    raise sqlstate 'PT403' using message = format('Only members with the role %s or a higher one may do this.', at_least), detail = 'role_too_low';
  end if;
  return mine;
end $$;
comment on function atrium_private.require_workspace_role(uuid, atrium.role) is
  'The role of the caller. Errors: 401 not_signed_in, 404 workspace_not_found, 403 role_too_low.';

create policy "members see their workspaces"
  on atrium.workspaces for select to authenticated
  using (id in (select atrium_private.workspaces_of_caller('guest')));
create policy "admins rename workspaces"
  on atrium.workspaces for update to authenticated
  using (id in (select atrium_private.workspaces_of_caller('admin')))
  with check (id in (select atrium_private.workspaces_of_caller('admin')));
grant select, update (name) on atrium.workspaces to authenticated;
create trigger tidy_name before update of name on atrium.workspaces
  for each row execute function atrium_private.tidy_name();

create policy "members see each other and guests see themselves"
  on atrium.members for select to authenticated
  using (
    workspace_id in (select atrium_private.workspaces_of_caller('viewer'))
    or (user_id = (select atrium_private.caller()) and workspace_id in (select atrium_private.workspaces_of_caller('guest')))
  );
grant select on atrium.members to authenticated;

-- Definer: nobody may insert a workspace or a member but through here.
create function atrium_private.create_workspace(new_id uuid, new_name text)
  returns atrium.workspaces
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  workspace atrium.workspaces;
  general uuid;
begin
  if (select account.is_anonymous from auth.users account where account.id = me) then
    raise sqlstate 'PT403' using message = 'Make an account first.', detail = 'account_required';
  end if;
  insert into atrium.workspaces (id, name, created_by)
  values (coalesce(new_id, gen_random_uuid()), atrium_private.valid_name(new_name, 'name', 80), me)
  on conflict (id) do nothing
  returning * into workspace;
  if workspace.id is null then
    select known.* into workspace
    from atrium.workspaces known
    join atrium_private.active_memberships(me) member on member.workspace_id = known.id
    where known.id = new_id and known.created_by = me;
    if workspace.id is null then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
    return workspace;
  end if;
  insert into atrium.members (workspace_id, user_id, role) values (workspace.id, me, 'owner');
  general := gen_random_uuid();
  perform atrium_private.create_space(general, workspace.id, 'General', false);
  perform atrium_private.create_room(gen_random_uuid(), general, 'general', false, '');
  return workspace;
end $$;
comment on function atrium_private.create_workspace(uuid, text) is 'Behind atrium.create_workspace.';
grant execute on function atrium_private.create_workspace to authenticated;

create function atrium.create_workspace(id uuid, name text)
  returns atrium.workspaces
  language sql set search_path = ''
as $$ select * from atrium_private.create_workspace(create_workspace.id, create_workspace.name) $$;
comment on function atrium.create_workspace(uuid, text) is
  'Makes a workspace whose owner is the caller, with the open space "General" and in it the room "general". The same call again returns the same workspace. Nullable: id.
Example: select * from atrium.create_workspace(gen_random_uuid(), ''Acme'');
Errors: 401 not_signed_in, 403 account_required, 409 id_taken, 422 name_required, name_too_long (80 characters), name_invalid.';
grant execute on function atrium.create_workspace to authenticated;

-- Definer: who has no second factor yet may see nothing of a workspace but that it needs one.
create function atrium_private.my_workspaces()
  returns table (id uuid, name text, role atrium.role, epoch integer, joined_at timestamptz, needs_mfa boolean)
  language sql stable security definer set search_path = ''
as $$
  select workspace.id, workspace.name, member.role, workspace.epoch, member.joined_at,
    member.needs_mfa and (select atrium_private.lacks_mfa(atrium_private.caller()))
  from atrium.members member
  join atrium.workspaces workspace on workspace.id = member.workspace_id
  where member.user_id = (select atrium_private.caller()) and member.suspended_at is null
    and (member.expires_at is null or member.expires_at > now())
  order by member.joined_at, workspace.id
$$;
comment on function atrium_private.my_workspaces() is 'Behind atrium.my_workspaces.';
grant execute on function atrium_private.my_workspaces to authenticated;

create function atrium.my_workspaces()
  returns table (id uuid, name text, role atrium.role, epoch integer, joined_at timestamptz, needs_mfa boolean)
  language sql stable set search_path = ''
as $$ select * from atrium_private.my_workspaces() $$;
comment on function atrium.my_workspaces() is
  'The workspaces of the caller, in the order in which he joined, without those where he is suspended or whose time is over. Where needs_mfa is true he sees nothing else until he signs in with a second factor.
Example: select name, role from atrium.my_workspaces();';
grant execute on function atrium.my_workspaces to authenticated;

-- Definer: e-mail addresses are in auth.users, and only admins and the person himself get them.
create function atrium_private.workspace_members(in_workspace uuid)
  returns table (user_id uuid, name text, email text, role atrium.role, suspended_at timestamptz, joined_at timestamptz, expires_at timestamptz)
  language plpgsql stable security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'viewer');
  me uuid := atrium_private.caller();
begin
  return query
    select member.user_id, profile.name, case when mine >= 'admin' or member.user_id = me then account.email::text end,
      member.role, member.suspended_at, member.joined_at, member.expires_at
    from atrium.members member
    join atrium.profiles profile on profile.id = member.user_id
    join auth.users account on account.id = member.user_id
    where member.workspace_id = in_workspace
    order by lower(profile.name), member.user_id;
end $$;
comment on function atrium_private.workspace_members(uuid) is 'Behind atrium.workspace_members.';
grant execute on function atrium_private.workspace_members to authenticated;

create function atrium.workspace_members(workspace_id uuid)
  returns table (user_id uuid, name text, email text, role atrium.role, suspended_at timestamptz, joined_at timestamptz, expires_at timestamptz)
  language sql stable set search_path = ''
as $$ select * from atrium_private.workspace_members($1) $$;
comment on function atrium.workspace_members(uuid) is
  'The members of a workspace by name. Admins get every e-mail address, others only their own. A membership may have an end. Nullable: email, suspended_at, expires_at.
Example: select name, role from atrium.workspace_members(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low (guests), 404 workspace_not_found.';
grant execute on function atrium.workspace_members to authenticated;
