"""What is said of errors, and what pages say once something was done."""

from msgspec import Struct

from martlet.model.errors import Conflict, InvalidInput, MartletError, NotAllowed, NotSignedIn, TooMany
from martlet.web.error_words import told
from martlet.web.sentences import Sentence, counted, sentence

__all__ = ["BY_CODE", "NOTICES", "Problem", "Sentence", "counted", "problems_of", "sentence"]


class Problem(Struct, frozen=True):
    """What is wrong with a form: at the named field, or with the whole of it (`field` empty)."""

    field: str
    sentence: Sentence


BY_CODE: dict[str, Sentence] = {
    "blank": sentence("This is needed."),
    "taken": sentence("This name is taken. Please choose another."),
    "email_taken": sentence("Somebody here has this address already. Perhaps you have an account?"),
    "reserved": sentence("This name is kept back. Please choose another."),
    "invalid": sentence("This does not look right. Please check it."),
    "too_long": sentence("This is too long."),
    "text_too_long": sentence("This is too long."),
    "too_short": sentence("This is too short."),
    "too_common": sentence("This password is one of those that are tried first. Please choose another."),
    "too_personal": sentence("This password is too close to your name or address. Please choose another."),
    "too_many": sentence("That was too often. Please wait a while and try again."),
    "unreachable": sentence("No mail can be sent to this address. Please check it."),
    "blocked": sentence("This address cannot be used here."),
    "wrong_password": sentence("The password is not right."),
    "wrong_login": sentence("The name or the password is not right."),
    "wrong_code": sentence("The code is not right. Codes change every 30 seconds: take the newest."),
    "no_such_account": sentence("There is nobody of this name, or their server does not answer just now."),
    "own_account": sentence("That is this account itself."),
    "too_many_aliases": sentence("These are too many. Please take one back first."),
    "not_named_there": sentence(
        "The other account does not name this one yet. Please add it there first, among its aliases."
    ),
    "moved_itself": sentence("The other account has moved itself. Please name the one that is in use."),
    "moved_lately": sentence("This account has moved not long ago. Please wait a while."),
    "table_too_large": sentence("The file is too large. At most 20,000 rows and 4 MB are taken at once."),
    "not_a_table": sentence(
        "This is not a list of that kind. Please choose a CSV file as other servers give it."
    ),
    "archive_too_large": sentence("The file is larger than this server takes."),
    "bundle_refused": sentence(
        "This is no file with posts in it, or it is damaged. It was not opened any further."
    ),
    "bundle_too_large": sentence("There is more in the file than is taken at once."),
    "bundle_under_way": sentence("Another file is still being worked on. Please wait until that is done."),
    "nothing_to_carry": sentence("There is nothing to put into a file."),
    "no_such_post": sentence("There is no public post of that address here."),
    "no_file": sentence("Please choose a file."),
    "nothing_chosen": sentence("Choose a post at least."),
    "import_under_way": sentence("Something is being brought in already. Please wait until that is done."),
    "appeal_too_late": sentence("The time for an appeal is over, or there was one already."),
    "below_limit": sentence("You are not old enough yet to join this server."),
    "accepted": sentence("Please agree to the rules."),
    "token_name": sentence("A name has 1 to 60 characters."),
    "token_scopes": sentence("Choose what the token may do."),
    "not_a_backup": sentence("This is not a backup of an account, or not a whole one."),
    "does_not_open": sentence("The backup does not open with this."),
    "not_from_elsewhere": sentence("The backup is of an account of this server."),
    "keys_differ": sentence(
        "This is another key. Ask once more over another way, and believe neither until you know."
    ),
    "not_the_root_key": sentence("This is not signed with your root key."),
    "not_what_was_proposed": sentence("What is signed is not what was to be signed. Please begin anew."),
    "still_reading": sentence(
        "What you wrote after the backup was made is still being fetched from your mirrors. Try once more in a minute."
    ),
    "rotated_lately": sentence("The keys were changed within the last hour."),
    "stolen_later": sentence("This day is still to come."),
    "too_many_devices": sentence(
        "You have 12 device keys already. Please revoke one that you no longer use."
    ),
    "too_many_passkeys": sentence("You have 20 passkeys already. Please remove one that you no longer use."),
    "passkey_refused": sentence(
        "This passkey is not known here, or the page lay open too long. Please try again."
    ),
    "too_many_tokens": sentence("You have 50 such tokens already. Please end one that you no longer use."),
}
"""Problems by the code of the error; anything else is told in the error's own words."""

NOTICES: dict[str, Sentence] = {
    "unquoted": sentence("Your post no longer stands in this one."),
    "signed_out": sentence("You are signed out of this browser."),
    "password_changed": sentence("Your password is changed."),
    "session_ended": sentence("Ended. It must sign in again."),
    "others_ended": sentence("All others are signed out."),
    "two_factor_off": sentence("The second step is off."),
    "invitation_ended": sentence("The invitation no longer works."),
    "account_leaving": sentence("Your account is no longer to be seen, and will be deleted soon."),
    "alias_added": sentence("Kept. Now the other account may move here."),
    "alias_ended": sentence("Taken back. The other account can no longer move here."),
    "moved": sentence("Done. Your followers are on their way."),
    "moved_back": sentence("This account stays, and can be used again."),
    "bundle_begun": sentence("It has begun. You can close this page; it goes on."),
    "archive_begun": sentence("The archive is being made. You can close this page."),
    "import_begun": sentence("It has begun. You can close this page; it goes on."),
    "import_dropped": sentence("Nothing was changed."),
    "account_kept": sentence("Good that you stay. All is as it was."),
    "profile_saved": sentence("Saved. This is how others see you."),
    "post_edited": sentence("Changed. Who saw it before can see what was changed."),
    "thread_asked": sentence("The other servers are being asked. Load the page again in a minute."),
    "post_deleted": sentence("Deleted."),
    "posted": sentence("Sent."),
    "out_already": sentence("It has gone out already. You can still change it, or delete it, under “More”."),
    "draft_kept": sentence("Kept as a draft. Nobody else sees it."),
    "draft_deleted": sentence("The draft is deleted."),
    "scheduled": sentence("It will go out by itself at its moment."),
    "moment_changed": sentence("It has another moment now."),
    "holding_changed": sentence("Kept."),
    "mirror_asked": sentence("The other server is being asked. Load the page again in a minute."),
    "mirror_ended": sentence("Ended. The other server is told."),
    "push_on": sentence("This device is told from now on."),
    "push_off": sentence("This device is no longer told."),
    "device_forgotten": sentence("This device has forgotten everything."),
    "album_deleted": sentence("The album is deleted."),
    "album_shared": sentence("Posted. As the album grows, the post grows with it."),
    "nothing_chosen": sentence("Your vote was not counted: choose something, while the poll is open."),
    "appealed": sentence("Your words are on their way to those who look after the server."),
    "letter_sent": sentence("The letter is on its way."),
    "saved": sentence("Saved."),
    "answer_approve": sentence("The answer is there for all for whom it is."),
    "answer_refuse": sentence("The answer is not shown to anybody."),
    "emoji_refused": sentence("This is no emoji that is known here, or there are too many already."),
    "subscriber_forgotten": sentence("No more letters go there, and the address is forgotten."),
    "picture_removed": sentence("The picture is removed."),
    "undone": sentence("Taken back."),
    "block_done": sentence("Blocked."),
    "unblock_done": sentence("No longer blocked."),
    "mute_done": sentence("Muted."),
    "unmute_done": sentence("No longer muted."),
    "endorse_done": sentence("They stand on your profile now."),
    "unendorse_done": sentence("They no longer stand on your profile."),
    "unfollow_done": sentence("You no longer follow them."),
    "follower_removed": sentence("They no longer follow you."),
    "server_blocked": sentence("The server is blocked."),
    "account_adopted": sentence("It is here. Sign with your root key now that you go on here."),
    "key_confirmed": sentence("Confirmed: from now on this key counts as theirs for everybody here."),
    "key_fits": sentence(
        "It is the same key. Tell those who look after the server: they can confirm it for everybody."
    ),
    "root_key_published": sentence(
        "Signed, and published. Servers that know your root key follow what it says."
    ),
    "root_copy_kept": sentence("The encrypted copy is kept."),
    "root_copy_dropped": sentence("The encrypted copy is gone."),
    "device_key_added": sentence("The key is added. It counts once your root key has signed for it."),
    "keys_rotated": sentence("This server signs for you with new keys from now on."),
    "device_key_revoked": sentence("Revoked here. Other servers know once your root key has signed it."),
    "passkey_added": sentence("The passkey is kept. You can sign in with it from now on."),
    "passkey_removed": sentence("The passkey is removed."),
    "filter_kept": sentence("The filter is kept."),
    "filter_deleted": sentence("The filter is deleted."),
    "hashtag_followed": sentence("Its public posts come to your home from now on."),
    "hashtag_unfollowed": sentence("Its posts no longer come to your home."),
    "hashtag_featured": sentence("It stands on your profile."),
    "hashtag_dropped": sentence("It no longer stands on your profile."),
    "member_add": sentence("Added."),
    "member_remove": sentence("Taken out."),
    "group_deleted": sentence("Deleted."),
    "marked_unread": sentence("Marked as unread."),
    "conversation_left": sentence("It is out of your inbox. What was written stays with those who have it."),
    "message_sent": sentence("Sent."),
    "news_accept": sentence("You hear of them from now on; what was kept aside comes to your news."),
    "news_dismiss": sentence("Put away. Who writes again will wait here again."),
    "reported": sentence("Thank you. Those who look after this server will look at it."),
    "accept_done": sentence("They follow you now."),
    "reject_done": sentence("The request is declined."),
    "server_unblocked": sentence("The server is no longer blocked."),
    "desk_done": sentence("Done. It stands in the log."),
}
"""What a page may say once, on top, after something was done. The keys are safe to hand through an address."""


def problems_of(error: MartletError) -> tuple[Problem, ...]:
    """What to show for an error that a use case raised about a form."""
    if isinstance(error, InvalidInput) and error.details:
        return tuple(
            Problem(field, BY_CODE.get(code) or told(text))
            for field, found in error.details.items()
            for code, text in found
        )
    if isinstance(error, TooMany):
        return (Problem("", BY_CODE["too_many"]),)
    known = BY_CODE.get(error.code)
    field = (error.field or "") if isinstance(error, InvalidInput) else ""
    if isinstance(error, InvalidInput | Conflict | NotAllowed | NotSignedIn):
        return (Problem(field, known or told(error.message)),)
    raise error
