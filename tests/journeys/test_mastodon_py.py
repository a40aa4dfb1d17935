"""
A journey through everything with Mastodon.py, on both databases.

Ada and Bob meet on a running server. Every answer is checked against the types
that Mastodon.py documents (`watching.py`); what is done by one is looked at by
the other.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests
from mastodon import MastodonAPIError, MastodonNotFoundError, MastodonUnauthorizedError

from martlet.model.trends import TrendKind
from martlet.services import here as this_server
from martlet.settings import Settings
from martlet.storage import cards as storage_cards
from martlet.storage.cards import Card
from martlet.storage.opening import open_store
from tests.journeys.browser import Browser
from tests.journeys.conftest import PASSWORD, eventually, picture
from tests.journeys.hearing import hearing
from tests.journeys.moderating import moderating
from tests.journeys.watching import Watched
from tests.receiving import Receiver
from tests.running import Running

SCOPES = ["read", "write", "follow", "push"]
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


def app(town: Running) -> Watched:
    """A client that is registered and not signed in."""
    id, secret = Watched.create_app(
        "Journey", scopes=SCOPES, redirect_uris=OUT_OF_BAND, api_base_url=town.url
    )
    return Watched(client_id=id, client_secret=secret, api_base_url=town.url)


def by_password(town: Running, name: str) -> Watched:
    client = app(town)
    client.log_in(f"{name}@mail.example", PASSWORD, scopes=SCOPES, allow_http=True)
    return client


def by_code(town: Running, name: str) -> Watched:
    """As most people sign in: a page, a password, a consent, a code."""
    client = app(town)
    browser = Browser()
    browser.open(client.auth_request_url(redirect_uris=OUT_OF_BAND, scopes=SCOPES, allow_http=True))
    browser.submit("password", {"identifier": name, "password": PASSWORD})
    browser.submit("client_id", {"decision": "allow"})
    client.log_in(code=browser.copied, redirect_uri=OUT_OF_BAND, scopes=SCOPES, allow_http=True)
    return client


def test_everything(town: Running) -> None:
    ada, bob = by_code(town, "ada"), by_password(town, "bob")
    the_server_tells_of_itself(ada)
    profiles(ada, bob)
    following(ada, bob)
    hearing(ada, bob)
    posting(ada, bob)
    scheduling(ada, bob)
    reacting(ada, bob)
    reacting_with_emoji(ada, bob)
    changing(ada, bob)
    asking(ada, bob)
    timelines(ada, bob)
    hashtags(ada, bob)
    lists(ada, bob)
    filters(ada, bob)
    being_told(ada, bob)
    being_told_in_groups(ada, bob)
    keeping_strangers_aside(bob, ada)  # not the other way round: Ada looks after the server, and is heard
    conversations(ada, bob)
    keeping_away(ada, bob)
    pushing(ada, bob)
    finding(ada, bob)
    trending(ada, bob, town)
    being_suggested(ada, bob)
    announcements(ada, bob)
    recommending(town, ada, bob)
    moderating(town, bob, lambda: by_password(town, "cem"))
    signing_out(ada, town)
    assert sorted(ada.faults | bob.faults) == []
    assert sorted(EXPECTED - ada.seen - bob.seen) == []


EXPECTED = {
    "Account", "CredentialAccountSource", "Role", "AccountField", "Status", "StatusEdit", "StatusSource",
    "StatusMention", "MediaAttachment", "MediaAttachmentMetadataContainer", "Poll", "PollOption", "Tag",
    "CustomEmoji", "Application", "Relationship", "FilterV2", "FilterKeyword", "FilterStatus", "FilterResult",
    "Notification", "Context", "UserList", "Conversation", "SearchV2", "Instance", "InstanceConfiguration",
    "InstanceV2", "InstanceConfigurationV2", "Rule", "Nodeinfo", "Report", "WebPushSubscription", "Preferences",
    "Marker", "Quote", "ScheduledStatus", "ScheduledStatusParams", "FeaturedTag", "OAuthServerInfo", "UnreadNotificationsCount",
    "PreviewCard", "TagHistory",
}  # fmt: skip
"""The types that a journey cannot miss."""


def the_server_tells_of_itself(ada: Watched) -> None:
    first, second = ada.instance_v1(), ada.instance_v2()
    assert first.version == second.version
    assert first.version.startswith("4.")
    assert "Martlet" in first.version
    assert first.configuration.statuses.max_characters == 5000
    assert second.configuration.urls.streaming.startswith("ws://")
    assert second.configuration.vapid.public_key
    assert [rule.text for rule in ada.instance_rules()] == ["Be kind"]
    assert [emoji.shortcode for emoji in ada.custom_emojis()] == ["swift"]
    known = ada.instance_nodeinfo()
    assert known.software.name == "martlet"
    assert ada.instance_extended_description().content == "<h1>The lower town</h1>"
    assert ada.instance_terms_of_service().effective
    assert ada.instance_terms_of_service(date(2026, 1, 1)).content == "<p>Be kind.</p>"
    assert len(ada.instance_activity()) == 12
    assert ada.instance_peers() == []
    assert "de" in {one.code for one in ada.instance_languages()}
    assert ada.app_verify_credentials().name == "Journey"
    assert ada.preferences()["posting:default:visibility"] == "public"


def profiles(ada: Watched, bob: Watched) -> None:
    changed = ada.account_update_credentials(
        display_name="Ada :swift:",
        note="Counts swifts. #Mauersegler https://example.com/swifts",
        fields=[("Town", "Mauerwinkel"), ("Bird", "swift")],
        avatar=picture("coral"),
        avatar_mime_type="image/png",
        header=picture("navy"),
        header_mime_type="image/png",
        discoverable=True,
    )
    assert [field.name for field in changed.fields] == ["Town", "Bird"]
    assert changed.emojis[0].shortcode == "swift"
    seen = bob.account_lookup("ada")
    assert seen.display_name == "Ada :swift:"
    assert 'href="https://example.com/swifts"' in seen.note
    assert seen.avatar == changed.avatar
    assert bob.account(seen.id).id == seen.id
    assert [one.id for one in bob.accounts([seen.id])] == [seen.id]
    assert ada.me().role.name
    assert bob.account_search("ada")[0].id == seen.id


def following(ada: Watched, bob: Watched) -> None:
    ada_id, bob_id = ada.me().id, bob.me().id
    assert bob.account_follow(ada_id).following
    assert ada.account_relationships([bob_id])[0].followed_by
    assert [one.id for one in ada.account_followers(ada_id)] == [bob_id]
    assert [one.id for one in bob.account_following(bob_id)] == [ada_id]
    bob.account_update_credentials(locked=True)
    assert ada.account_follow(bob_id).requested
    assert [one.id for one in bob.follow_requests()] == [ada_id]
    assert bob.follow_request_reject(ada_id).requested_by is False
    assert ada.account_follow(bob_id).requested
    assert bob.follow_request_authorize(ada_id).followed_by
    assert ada.account_relationships(bob_id)[0].following
    bob.account_update_credentials(locked=False)
    assert ada.account_note_set(bob_id, "sings bass").note == "sings bass"
    assert ada.account_follow(bob_id, notify=True).notifying
    assert bob.account_remove_from_followers(ada_id).followed_by is False
    assert ada.account_follow(bob_id).following


def posting(ada: Watched, bob: Watched) -> None:
    media = ada.media_post(picture(), "image/png", description="A teal disc", focus=(0.5, -0.5))
    assert media.description == "A teal disc"
    assert ada.media(media.id).url
    ada.media_update(media.id, description="A teal disc on white")
    plain = ada.status_post("Plain :swift: @bob #Mauersegler https://example.com", language="de")
    assert plain.mentions[0].acct == "bob"
    assert plain.tags[0].name.lower() == "mauersegler"
    assert plain.emojis[0].shortcode == "swift"
    shown = ada.status_post(
        "With a picture", media_ids=[media], sensitive=True, spoiler_text="Disc", visibility="unlisted"
    )
    assert shown.media_attachments[0].description == "A teal disc on white"
    assert shown.spoiler_text == "Disc"
    answer = bob.status_reply(plain, "Hello back")
    assert answer.in_reply_to_id == plain.id
    context = bob.status_context(plain.id)
    assert [one.id for one in context.descendants] == [answer.id]
    hidden = ada.status_post("For followers", visibility="private")
    assert bob.status(hidden.id).visibility == "private"
    once = [ada.status_post("Only once", idempotency_key="journey") for _ in range(2)]
    assert once[0].id == once[1].id
    quoting = bob.status_post("Look", quoted_status_id=plain.id)
    assert quoting.quote.quoted_status.id == plain.id
    with pytest.raises(MastodonAPIError):
        ada.status_post("x" * 5001)


def scheduling(ada: Watched, bob: Watched) -> None:
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=10)
    media = ada.media_post(picture(), "image/png", description="A disc for later")
    plain = bob.status_post("Answer me")
    made = ada.status_post("Later", in_reply_to_id=plain.id, media_ids=[media], scheduled_at=soon)
    assert made.scheduled_at == soon
    assert made.params.text == "Later"
    assert int(made.params.in_reply_to_id) == int(plain.id)
    assert made.media_attachments[0]["description"] == "A disc for later"
    assert [one.id for one in ada.scheduled_statuses()] == [made.id]
    assert ada.scheduled_status(made.id).id == made.id
    moved = ada.scheduled_status_update(made.id, soon + timedelta(hours=1))
    assert moved.scheduled_at == soon + timedelta(hours=1)
    with pytest.raises(MastodonNotFoundError):
        bob.scheduled_status(made.id)
    with pytest.raises(MastodonAPIError):
        ada.scheduled_status_update(made.id, datetime.now(UTC))
    ada.scheduled_status_delete(made.id)
    assert ada.scheduled_statuses() == []


def reacting(ada: Watched, bob: Watched) -> None:
    post = ada.status_post("To be liked")
    assert bob.status_favourite(post.id).favourited
    assert bob.status_bookmark(post.id).bookmarked
    boost = bob.status_reblog(post.id)
    assert boost.reblog.id == post.id
    assert [one.acct for one in ada.status_favourited_by(post.id)] == ["bob"]
    assert [one.acct for one in ada.status_reblogged_by(post.id)] == ["bob"]
    assert ada.status(post.id).favourites_count == 1
    assert bob.favourites()[0].id == post.id
    assert bob.bookmarks()[0].id == post.id
    assert ada.status_pin(post.id).pinned
    assert [one.id for one in bob.account_statuses(ada.me().id, pinned=True)] == [post.id]
    assert not ada.status_unpin(post.id).pinned
    assert not bob.status_unfavourite(post.id).favourited
    assert not bob.status_unbookmark(post.id).bookmarked
    assert not bob.status_unreblog(post.id).reblogged
    assert ada.status_mute(post.id).muted
    assert not ada.status_unmute(post.id).muted


def reacting_with_emoji(ada: Watched, bob: Watched) -> None:
    """Methods and a type of notification that the library does not know disturb it in nothing."""
    post = ada.status_post("To be reacted to")
    address = f"{bob.api_base_url}/api/v1/pleroma/statuses/{post.id}/reactions/🎉"
    reply = requests.put(address, headers={"authorization": f"Bearer {bob.access_token}"}, timeout=60)
    assert reply.status_code == 200
    assert [(one.name, one.count) for one in ada.status(post.id).emoji_reactions] == [("🎉", 1)]
    told = eventually(lambda: ada.notifications(types=["pleroma:emoji_reaction"]))
    assert (told[0].emoji, told[0].status.id) == ("🎉", post.id)


def changing(ada: Watched, bob: Watched) -> None:
    post = ada.status_post("First wording")
    changed = ada.status_update(post.id, "Second wording", spoiler_text="Now with a warning")
    assert changed.edited_at
    assert [one.spoiler_text for one in bob.status_history(post.id)] == ["", "Now with a warning"]
    assert ada.status_source(post.id).text == "Second wording"
    gone = ada.status_delete(post.id)
    assert gone.text == "Second wording"
    with pytest.raises(MastodonNotFoundError):
        bob.status(post.id)
    with pytest.raises(MastodonNotFoundError):
        bob.status_delete(ada.status_post("Not yours").id)


def asking(ada: Watched, bob: Watched) -> None:
    poll = ada.make_poll(["Thursday", "Saturday"], 3600, multiple=True)
    post = ada.status_post("When?", poll=poll)
    voted = bob.poll_vote(post.poll.id, [0, 1])
    assert voted.voted
    assert voted.own_votes == [0, 1]
    assert ada.poll(post.poll.id).votes_count == 2


def timelines(ada: Watched, bob: Watched) -> None:
    post = ada.status_post("Read me #Turm", language="en")
    eventually(lambda: bob.timeline_home()[0].id == post.id)
    assert bob.timeline_local()[0].id == post.id
    assert bob.timeline_public()[0].id == post.id
    assert [one.id for one in bob.timeline_hashtag("turm")] == [post.id]
    older: Any = bob.fetch_next(bob.timeline_home(limit=2))
    assert len(older) == 2
    assert all(one.id < post.id for one in older)
    assert bob.fetch_previous(older)
    assert all(not one.reblog for one in bob.account_statuses(ada.me().id, exclude_reblogs=True))
    assert all(one.media_attachments for one in bob.account_statuses(ada.me().id, only_media=True))
    marked = bob.markers_set(["home"], [post.id])
    assert marked["home"].last_read_id == post.id
    assert bob.markers_get(["home"])["home"].version == marked["home"].version


def hashtags(ada: Watched, bob: Watched) -> None:
    assert bob.tag_follow("Fledermaus").following
    assert bob.tag("fledermaus").following
    assert [one.name.lower() for one in bob.followed_tags()] == ["fledermaus"]
    bob.account_unfollow(ada.me().id)
    post = ada.status_post("Tonight #Fledermaus")
    eventually(lambda: bob.timeline_home()[0].id == post.id)
    assert not bob.tag_unfollow("fledermaus").following
    assert post.id not in [one.id for one in bob.timeline_home()]
    bob.account_follow(ada.me().id)
    made = ada.featured_tag_create("Fledermaus")
    assert made.statuses_count == "1"
    assert [one.id for one in ada.featured_tags()] == [made.id]
    assert [one["name"] for one in bob.account_featured_tags(ada.me().id)] == ["Fledermaus"]
    ada.featured_tag_delete(made.id)
    assert ada.featured_tags() == []
    assert ada.tag_feature("Fledermaus").featuring
    assert not ada.tag_unfeature("Fledermaus").featuring


def trending(ada: Watched, bob: Watched, town: Running) -> None:
    """Three people are too few for anything to trend: it is written down as if it had been measured just now."""
    post = ada.status_post("The #Mauersegler are back")
    tag = eventually(lambda: int(ada.tag("mauersegler").id))
    store = open_store(town.database, town.data)
    here = this_server.server(Settings(database=town.database, data=str(town.data)), store.take_slot())
    card = Card(here.next_id(), "https://paper.example/", "The swifts are back", "", here.now_ms())

    def measured() -> bool:
        with store.write() as db:
            subjects = {
                TrendKind.TAG: tag,
                TrendKind.POST: int(post.id),
                TrendKind.LINK: storage_cards.put(db, card),
            }
            for kind, subject in subjects.items():
                db.run(
                    "DELETE FROM trend WHERE kind = :kind AND subject_id = :id", kind=int(kind), id=subject
                )
                db.run(
                    """
                    INSERT INTO trend (kind, subject_id, heat, score, people, hours)
                    VALUES (:kind, :id, 1000000, 9, 7, 2)
                    """,
                    kind=int(kind),
                    id=subject,
                )
        return (
            [one.name for one in bob.trending_tags()] == ["Mauersegler"]
            and [one.id for one in bob.trending_statuses()] == [post.id]
            and [one.url for one in bob.trending_links()] == ["https://paper.example/"]
        )

    try:
        eventually(measured)
    finally:
        store.close()


def being_suggested(ada: Watched, bob: Watched) -> None:
    cem = ada.account_lookup("cem").id
    ada.account_follow(cem)
    assert [one for one in bob.suggestions_v2() if one.account.id == cem] == []  # does not want to be found
    assert bob.suggestions_v1() == []
    bob.suggestion_delete(cem)
    assert bob.status_post("Hm").id


def lists(ada: Watched, bob: Watched) -> None:
    made = bob.list_create("Neighbours")
    ada_id = ada.me().id
    bob.list_accounts_add(made, [ada_id])
    assert [one.id for one in bob.list_accounts(made)] == [ada_id]
    assert [one.id for one in bob.account_lists(ada_id)] == [made.id]
    assert bob.list_update(made, "Nachbarn", replies_policy="none").replies_policy == "none"
    assert bob.list(made).title == "Nachbarn"
    post = ada.status_post("For the list")
    eventually(lambda: [one.id for one in bob.timeline_list(made)][:1] == [post.id])
    bob.list_accounts_delete(made, [ada_id])
    assert bob.list_accounts(made) == []
    bob.list_delete(made)
    assert bob.lists() == []


def filters(ada: Watched, bob: Watched) -> None:
    made = bob.create_filter_v2(
        "Gossip", ["home", "public"], "warn", keywords_attributes=[{"keyword": "gossip", "whole_word": True}]
    )
    post = ada.status_post("Some gossip")
    found = bob.status(post.id).filtered
    assert found[0].keyword_matches == ["gossip"]
    assert bob.filters_v2()[0].id == made.id
    word = bob.add_filter_keyword_v2(made, "rumour", whole_word=False)
    assert len(bob.filter_keywords_v2(made)) == 2
    bob.delete_filter_keyword_v2(word)
    one = bob.add_filter_status_v2(made, post)
    assert bob.filter_status_v2(one).status_id == post.id
    bob.delete_filter_status_v2(one)
    assert bob.update_filter_v2(made, title="Talk").title == "Talk"
    bob.delete_filter_v2(made)
    assert bob.filters_v2() == []
    old = bob.filter_create("gossip", ["home"], irreversible=True, expires_in=3600)
    assert (old.phrase, old.irreversible, old.whole_word) == ("gossip", True, True)
    assert [one.id for one in bob.filters()] == [old.id]
    assert bob.filter(old.id).context == ["home"]
    assert bob.filter_update(old.id, phrase="rumour", context=["public"]).phrase == "rumour"
    bob.filter_delete(old.id)
    assert bob.filters_v2() == []


def being_told(ada: Watched, bob: Watched) -> None:
    bob.notifications_clear()
    post = ada.status_post("@bob look")
    told = eventually(lambda: [one for one in bob.notifications() if one.type == "mention"])
    assert told[0].status.id == post.id
    assert bob.notifications(told[0].id).id == told[0].id
    assert bob.notifications_unread_count().count >= 1
    assert bob.notifications(types=["mention"])
    assert not [one for one in bob.notifications(exclude_types=["mention"]) if one.type == "mention"]
    bob.notifications_dismiss(told[0].id)
    assert told[0].id not in [one.id for one in bob.notifications()]
    bob.notifications_clear()
    assert bob.notifications() == []


def being_told_in_groups(ada: Watched, bob: Watched) -> None:
    bob.notifications_clear()
    post = bob.status_post("Popular")
    ada.status_favourite(post.id)
    ada.status_reblog(post.id)
    eventually(lambda: len(bob.grouped_notifications().notification_groups) == 2)
    page = bob.grouped_notifications(expand_accounts="partial_avatars", grouped_types=["favourite"])
    assert [one.acct for one in page.accounts] == ["ada"]
    assert page.partial_accounts == []
    assert [one.id for one in page.statuses] == [post.id]
    boost, like = page.notification_groups
    assert (boost.type, like.type, like.notifications_count, like.status_id) == (
        "reblog",
        "favourite",
        1,
        post.id,
    )
    assert boost.group_key.startswith("ungrouped-")
    assert bob.grouped_notification(like.group_key).notification_groups[0].group_key == like.group_key
    assert [one.acct for one in bob.grouped_notification_accounts(like.group_key)] == ["ada"]
    assert bob.unread_grouped_notifications_count() >= 1
    bob.dismiss_grouped_notification(like.group_key)
    assert [one.type for one in bob.grouped_notifications().notification_groups] == ["reblog"]


def keeping_strangers_aside(writer: Watched, reader: Watched) -> None:
    assert reader.notifications_policy().for_private_mentions == "filter"
    reader.account_unfollow(writer.me().id)
    assert reader.update_notifications_policy(for_not_following="filter").for_not_following == "filter"
    reader.notifications_clear()
    for verb in ("accept", "dismiss"):
        writer.status_post(f"@{reader.me().acct} may I?")
        asked = eventually(reader.notification_requests)[0]
        assert reader.notifications_policy().summary.pending_requests_count == 1
        assert reader.notification_request(asked.id).last_status.content == asked.last_status.content
        assert reader.notifications() == []
        if verb == "accept":
            reader.accept_notification_request(asked.id)
            eventually(reader.notifications_merged)
            assert [one.type for one in reader.notifications()] == ["mention"]
            reader.account_block(writer.me().id)
            reader.account_unblock(writer.me().id)
        else:
            reader.dismiss_multiple_notification_requests([asked.id])
            assert reader.notification_requests() == []
    reader.update_notifications_policy(for_not_following="accept")
    assert writer.account_follow(reader.me().id).following
    assert reader.account_follow(writer.me().id).following


def conversations(ada: Watched, bob: Watched) -> None:
    post = ada.status_post("@bob between us", visibility="direct")
    found = eventually(lambda: [one for one in bob.conversations() if one.last_status.id == post.id])
    assert found[0].unread
    assert [one.acct for one in found[0].accounts] == ["ada"]
    assert bob.conversations_read(found[0].id).unread is False


def keeping_away(ada: Watched, bob: Watched) -> None:
    ada_id, bob_id = ada.me().id, bob.me().id
    muted = bob.account_mute(ada_id, duration=3600)
    assert muted.muting
    assert bob.mutes()[0].id == ada_id
    assert not bob.account_unmute(ada_id).muting
    assert bob.account_block(ada_id).blocking
    assert [one.id for one in bob.blocks()] == [ada_id]
    assert ada.account_relationships(bob_id)[0].blocked_by
    assert not bob.account_unblock(ada_id).blocking
    bob.domain_block("elsewhere.example")
    assert list(bob.domain_blocks()) == ["elsewhere.example"]
    bob.domain_unblock("elsewhere.example")
    assert list(bob.domain_blocks()) == []
    post = ada.status_post("To be reported")
    report = bob.report(ada_id, [post.id], comment="Only a trial", category="other")
    assert report.comment == "Only a trial"
    assert bob.account_follow(ada_id).following
    assert ada.account_follow(bob_id).following
    assert not bob.account_unfollow(ada_id).following
    assert bob.account_follow(ada_id).following


def finding(ada: Watched, bob: Watched) -> None:
    post = ada.status_post("我买了小米手机 #Sammelstück")
    found = eventually(lambda: ada.search_v2("小米", result_type="statuses").statuses)
    assert [one.id for one in found] == [post.id]
    assert [one.acct for one in bob.search_v2("ada").accounts] == ["ada"]
    assert [one.name.lower() for one in bob.search_v2("sammel", result_type="hashtags").hashtags] == [
        "sammelstück"
    ]


def pushing(ada: Watched, bob: Watched) -> None:
    private, public = bob.push_subscription_generate_keys()
    endpoint = Receiver(201)
    with endpoint.listening() as address:
        made = bob.push_subscription_set(address, public, mention_events=True, follow_events=True)
        assert made.endpoint == address
        assert bob.push_subscription_update(mention_events=True, follow_events=False).alerts.follow is False
        assert bob.push_subscription().id == made.id
        ada.status_post("@bob wake up")
        # The follow of a moment ago may be told too, if the server gets to it only now.
        told = eventually(lambda: [one for one in opened(bob, private, endpoint) if "wake up" in one.body])
    assert [one.notification_type for one in told] == ["mention"]
    bob.push_subscription_delete()
    with pytest.raises(MastodonNotFoundError):
        bob.push_subscription()


def opened(bob: Watched, private: dict[str, Any], endpoint: Receiver) -> list[Any]:
    """What was pushed so far, as Bob's app reads it."""
    return [
        bob.push_subscription_decrypt_push(encrypted, private, headers["encryption"], headers["crypto-key"])
        for _, headers, encrypted in list(endpoint.received)
    ]


def announcements(ada: Watched, bob: Watched) -> None:
    (said,) = bob.announcements()
    assert (said.read, said.mentions[0].acct, said.tags[0]["name"]) == (False, "ada", "ferry")
    assert said.emojis[0]["shortcode"] == "swift"
    for name in ("🎉", "swift"):
        ada.announcement_reaction_create(said.id, name)
        bob.announcement_reaction_create(said.id, name)
    bob.announcement_reaction_delete(said.id, "🎉")
    bob.announcement_dismiss(said.id)
    (said,) = bob.announcements()
    assert said.read is True
    chosen = [(one["name"], one["count"], one["me"]) for one in said.reactions]
    assert chosen == [("🎉", 1, False), ("swift", 2, True)]


def recommending(town: Running, ada: Watched, bob: Watched) -> None:
    """Collections; Mastodon.py asks for them only of servers that call themselves 4.6."""
    bob = Watched(access_token=bob.access_token, api_base_url=town.url, version_check_mode="none")
    ada = Watched(access_token=ada.access_token, api_base_url=town.url, version_check_mode="none")
    me = ada.me()
    assert me.feature_approval.automatic == ["public"]
    made = bob.collection_create("People of the ferry", language="en", tag_name="ferry", account_ids=[me.id])
    pack = made.collection
    assert [one.state for one in pack["items"]] == ["accepted"]
    assert [one.id for one in bob.collection(pack.id).accounts] == [bob.me().id, me.id]
    assert bob.collection_update(pack.id, description="They cross").collection.description == "They cross"
    assert [one.id for one in ada.account_in_collections(me.id).collections] == [pack.id]
    assert len(bob.account_collections(bob.me().id).collections) == 1
    ada.collection_item_revoke(pack.id, pack["items"][0].id)
    bob.collection_delete(pack.id)
    assert ada.account_in_collections(me.id).collections == []
    assert sorted(ada.faults | bob.faults) == []


def signing_out(ada: Watched, town: Running) -> None:
    again = Watched(access_token=ada.access_token, api_base_url=town.url)
    assert again.me().acct == "ada"
    ada.revoke_access_token(allow_http=True)
    with pytest.raises(MastodonUnauthorizedError):
        again.me()


def test_moments_are_times(town: Running) -> None:
    """Ids and moments are what Mastodon.py computes with."""
    ada = by_password(town, "ada")
    post = ada.status_post("Now")
    assert abs(post.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    later = ada.status_post("Then")
    assert later.id > post.id
    assert [one.id for one in ada.timeline_local(min_id=post.id)] == [later.id]
