-- The API of invitations.

create function atrium.invite_member(workspace_id uuid, email text, role atrium.role)
  returns atrium.invitations
  language sql set search_path = ''
as $$ select * from atrium_private.invite_member($1, $2, $3) $$;
comment on function atrium.invite_member(uuid, text, atrium.role) is
  'Invites somebody by mail for seven days. The same call again sends the mail again and renews the time and the role.
Example: select * from atrium.invite_member(''0190…'', ''ben@example.com'', ''editor'');
Errors: 401 not_signed_in, 403 role_too_low, role_too_high, 404 workspace_not_found, 409 already_member, 422 email_invalid, role_required, 429 too_many_invitations.';
grant execute on function atrium.invite_member to authenticated;

create function atrium.revoke_invitation(invitation_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.revoke_invitation($1) $$;
comment on function atrium.revoke_invitation(uuid) is
  'Makes an open invitation worthless.
Example: select atrium.revoke_invitation(''0190…'');
Errors: 401 not_signed_in, 404 invitation_not_found.';
grant execute on function atrium.revoke_invitation to authenticated;

create function atrium.invitation_preview(token text)
  returns table (workspace_name text, email text, role atrium.role, invited_by_name text, expires_at timestamptz, state text)
  language sql stable set search_path = ''
as $$ select * from atrium_private.invitation_preview($1) $$;
comment on function atrium.invitation_preview(text) is
  'What the link of an invitation is about, for whoever has it, signed in or not; without an e-mail address when it is a link for several people. The state is open, expired, accepted (used up) or revoked. Nullable: email, invited_by_name.
Example: select workspace_name, state from atrium.invitation_preview(''n3cm…'');
Errors: 404 invitation_not_found.';
grant execute on function atrium.invitation_preview to anon, authenticated;

create function atrium.accept_invitation(token text)
  returns uuid
  language sql set search_path = ''
as $$ select atrium_private.accept_invitation($1) $$;
comment on function atrium.accept_invitation(text) is
  'Makes the caller a member, by the link in a mail or by one for several people; returns the id of the workspace.
Example: select atrium.accept_invitation(''n3cm…'');
Errors: 401 not_signed_in, 403 invitation_other_email, email_unconfirmed, member_suspended, 404 invitation_not_found, 410 invitation_expired, invitation_revoked, invitation_accepted.';
grant execute on function atrium.accept_invitation to authenticated;

create function atrium.my_invitations()
  returns table (id uuid, workspace_id uuid, workspace_name text, role atrium.role, invited_by_name text, expires_at timestamptz)
  language sql stable set search_path = ''
as $$ select * from atrium_private.my_invitations() $$;
comment on function atrium.my_invitations() is
  'The open invitations to the confirmed e-mail address of the caller. Nullable: invited_by_name.
Example: select workspace_name from atrium.my_invitations();';
grant execute on function atrium.my_invitations to authenticated;

create function atrium.accept_my_invitation(invitation_id uuid)
  returns uuid
  language sql set search_path = ''
as $$ select atrium_private.accept_my_invitation($1) $$;
comment on function atrium.accept_my_invitation(uuid) is
  'Accepts an invitation to the confirmed e-mail address of the caller, without its link; returns the id of the workspace.
Example: select atrium.accept_my_invitation(''0190…'');
Errors: 401 not_signed_in, 403 member_suspended, 404 invitation_not_found, 410 invitation_expired, invitation_revoked, invitation_accepted.';
grant execute on function atrium.accept_my_invitation to authenticated;
