-- Fractional order: keys of the npm package fractional-indexing in base 62. A first character names the length of the integer part
-- (a to z: 2 to 27 characters, Z to A: the same below zero), the rest is a fraction without a trailing zero. Compared byte by byte.

create function atrium_private.position_integer_length(value text)
  returns integer
  language sql immutable set search_path = ''
as $$ select case when left(value, 1) >= 'a' collate "C" then ascii(value) - 95 else 92 - ascii(value) end $$;
comment on function atrium_private.position_integer_length(text) is 'How many characters of a key are its integer part, the first one included.';

create function atrium_private.valid_position(value text)
  returns text
  language plpgsql immutable set search_path = ''
as $$
declare
  whole integer := atrium_private.position_integer_length(value);
begin
  if value is null
    or char_length(value) > 200
    or value !~ '^[A-Za-z][0-9A-Za-z]+$'
    or char_length(value) < whole
    or (char_length(value) > whole and value like '%0')
    or value = 'A' || repeat('0', 26)
  then
    raise sqlstate 'PT422' using message = 'This is no position: it must be a key of fractional-indexing, 200 characters at most.', detail = 'position_invalid';
  end if;
  return value;
end $$;
comment on function atrium_private.valid_position(text) is 'The key itself. Errors: 422 position_invalid.';

create function atrium_private.position_after(value text)
  returns text
  language plpgsql immutable set search_path = ''
as $$
declare
  digits constant text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  head text := left(value, 1);
  rest text := substr(value, 2, atrium_private.position_integer_length(value) - 1);
  carried text := '';
begin
  if value is null then
    return 'a0';
  end if;
  while rest like '%z' loop
    rest := left(rest, -1);
    carried := carried || '0';
  end loop;
  if rest <> '' then
    return head || left(rest, -1) || substr(digits, strpos(digits, right(rest, 1)) + 1, 1) || carried;
  elsif head = 'Z' then
    return 'a0';
  elsif head = 'z' then
    return value || 'V'; -- After the largest integer comes a fraction.
  elsif head > 'Z' collate "C" then
    return chr(ascii(head) + 1) || carried || '0';
  else
    return chr(ascii(head) + 1) || left(carried, -1);
  end if;
end $$;
comment on function atrium_private.position_after(text) is 'The next key, the same as generateKeyBetween(value, null). Null gives the first key, a0.';

create function atrium_private.position_between(value text, next text)
  returns text
  language plpgsql immutable set search_path = ''
as $$
declare
  zeros text := '';
begin
  -- Whatever is appended sorts after the value; enough zeros sort before any other key.
  while next is not null and value || zeros || 'V' >= next collate "C" loop
    zeros := zeros || '0';
  end loop;
  return value || zeros || 'V';
end $$;
comment on function atrium_private.position_between(text, text) is
  'A key after the value and before the next one: for two clients that chose the same place at once.';
