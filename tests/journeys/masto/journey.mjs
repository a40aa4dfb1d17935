// A journey with masto: `node journey.mjs URL PASSWORD PICTURE`, the picture in base64. Ada looks after the server, Bob lives there.
// Ends with an error at the first thing that is not so; prints the entities that were seen, and what was amiss with any.
import assert from "node:assert/strict";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";
import { faults, seen } from "./shapes.mjs";

const [url, password, picture] = process.argv.slice(2);
const SCOPES = "read write follow push admin:read admin:write";
const amiss = new Set();

// An answer, held to the type that masto promises for it.
async function typed(type, answer) {
  const value = await answer;
  for (const fault of faults(type, value)) amiss.add(fault);
  return value;
}

async function eventually(look) {
  for (const until = Date.now() + 120_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < until, `never: ${look}`);
  }
}

async function signIn(name) {
  const registered = await createRestAPIClient({ url }).v1.apps.create({
    clientName: "Journey", redirectUris: "urn:ietf:wg:oauth:2.0:oob", scopes: SCOPES,
  });
  const token = await createOAuthAPIClient({ url }).token.create({
    grantType: "password", clientId: registered.clientId, clientSecret: registered.clientSecret,
    redirectUri: "urn:ietf:wg:oauth:2.0:oob", username: `${name}@mail.example`, password, scope: SCOPES,
  });
  const client = createRestAPIClient({ url, accessToken: token.accessToken });
  const me = await typed("CredentialAccount", client.v1.accounts.verifyCredentials());
  assert.equal(me.username, name);
  return { v1: client.v1, v2: client.v2, me, token: token.accessToken };
}

async function refused(call, status) {
  await assert.rejects(async () => await call(), (error) => {
    assert.equal(error.name, "MastoHttpError");
    assert.equal(error.statusCode, status);
    assert.ok(error.message);
    return true;
  });
}

async function telling(ada) {
  const told = await typed("v2.Instance", ada.v2.instance.fetch());
  assert.match(told.version, /^4\.\d+\.\d+ \(compatible; Martlet /);
  assert.ok(told.apiVersions.mastodon >= 9);
  assert.equal(told.configuration.statuses.maxCharacters, 5000);
  await typed("Instance", ada.v1.instance.fetch());
  await typed("CustomEmoji[]", ada.v1.customEmojis.list());
  await typed("Announcement[]", ada.v1.announcements.list());
  await typed("Preference", ada.v1.preferences.fetch());
  return told;
}

async function following(ada, bob) {
  assert.ok((await typed("Relationship", bob.v1.accounts.$select(ada.me.id).follow())).following);
  await bob.v1.accounts.updateCredentials({ locked: true });
  assert.ok((await ada.v1.accounts.$select(bob.me.id).follow()).requested);
  const [asking] = await typed("Account[]", bob.v1.followRequests.list());
  assert.equal(asking.id, ada.me.id);
  assert.ok((await typed("Relationship", bob.v1.followRequests.$select(ada.me.id).authorize())).followedBy);
  await bob.v1.accounts.updateCredentials({ locked: false });
  const [between] = await ada.v1.accounts.relationships.fetch({ id: [bob.me.id] });
  assert.ok(between.following && between.followedBy);
}

async function posting(ada, bob) {
  const file = new File([Buffer.from(picture, "base64")], "disc.png", { type: "image/png" });
  const media = await typed("MediaAttachment", ada.v2.media.create({ file, description: "A teal disc" }));
  const post = await typed(
    "Status",
    ada.v1.statuses.create({ status: "Swifts @bob #ferry", mediaIds: [media.id], visibility: "public", language: "en" }),
  );
  assert.equal(post.mediaAttachments[0].description, "A teal disc");
  assert.equal(post.mentions[0].acct, "bob");
  assert.equal(post.tags[0].name, "ferry");
  const answer = await typed("Status", bob.v1.statuses.create({ status: "@ada where?", inReplyToId: post.id }));
  const around = await typed("Context", ada.v1.statuses.$select(post.id).context.fetch());
  assert.deepEqual(around.descendants.map((one) => one.id), [answer.id]);
  const here = bob.v1.statuses.$select(post.id);
  assert.equal((await typed("Status", here.reblog())).reblog.id, post.id);
  assert.ok((await typed("Status", here.favourite())).favourited);
  assert.ok((await typed("Status", here.bookmark())).bookmarked);
  assert.equal((await typed("Status[]", bob.v1.bookmarks.list()))[0].id, post.id);
  assert.equal((await typed("Status[]", bob.v1.favourites.list()))[0].id, post.id);
  assert.equal((await typed("Account[]", here.favouritedBy.list()))[0].id, bob.me.id);
  const changed = await ada.v1.statuses.$select(answer.id).fetch();
  assert.equal(changed.inReplyToAccountId, ada.me.id);
  await ada.v1.statuses.$select(post.id).update({ status: "Swifts! @bob #ferry", mediaIds: [media.id] });
  assert.equal((await typed("StatusEdit[]", here.history.list())).length, 2);
  await typed("StatusSource", ada.v1.statuses.$select(post.id).source.fetch());
  await eventually(async () => (await typed("Status[]", bob.v1.timelines.home.list())).some((one) => one.id === post.id));
  await refused(() => ada.v1.statuses.create({ status: "x".repeat(5001) }), 422);
  await refused(() => ada.v1.statuses.$select("1").fetch(), 404);
  await refused(() => createRestAPIClient({ url, accessToken: "none" }).v1.timelines.home.list(), 401);
  return post;
}

async function polling(ada, bob) {
  const post = await ada.v1.statuses.create({ status: "Which?", poll: { options: ["one", "two"], expiresIn: 3600 } });
  const voted = await typed("Poll", bob.v1.polls.$select(post.poll.id).votes.create({ choices: [1] }));
  assert.deepEqual(voted.ownVotes, [1]);
  assert.equal(voted.options[1].votesCount, 1);
}

async function keeping(ada, bob, post) {
  const list = await typed("List", ada.v1.lists.create({ title: "Friends" }));
  await ada.v1.lists.$select(list.id).accounts.create({ accountIds: [bob.me.id] });
  assert.equal((await typed("Account[]", ada.v1.lists.$select(list.id).accounts.list()))[0].id, bob.me.id);
  assert.equal((await ada.v1.lists.$select(list.id).update({ title: "Kin" })).title, "Kin");
  await ada.v1.lists.$select(list.id).remove();
  const filter = await typed(
    "v2.Filter",
    bob.v2.filters.create({ title: "No swifts", context: ["home", "public"], filterAction: "warn", keywordsAttributes: [{ keyword: "swifts" }] }),
  );
  assert.equal(filter.keywords[0].keyword, "swifts");
  const [hit] = (await typed("Status", bob.v1.statuses.$select(post.id).fetch())).filtered;
  assert.equal(hit.filter.id, filter.id);
  await bob.v2.filters.$select(filter.id).remove();
  const later = await typed(
    "ScheduledStatus",
    ada.v1.statuses.create({ status: "Later", scheduledAt: new Date(Date.now() + 3_600_000).toISOString() }),
  );
  assert.equal(later.params.text, "Later");
  assert.equal((await typed("ScheduledStatus[]", ada.v1.scheduledStatuses.list())).length, 1);
  await ada.v1.scheduledStatuses.$select(later.id).remove();
}

async function beingTold(ada, bob) {
  const told = await eventually(async () => {
    const page = await typed("Notification[]", ada.v1.notifications.list());
    return ["mention", "reblog", "favourite"].every((type) => page.some((one) => one.type === type)) && page;
  });
  const bobs = new Set(told.filter((one) => one.account.id === bob.me.id).map((one) => one.type));
  assert.deepEqual([...bobs].sort(), ["admin.sign_up", "favourite", "follow", "mention", "reblog"]);
  const grouped = await typed("GroupedNotificationsResults", ada.v2.notifications.list());
  assert.ok(grouped.notificationGroups.some((one) => one.type === "favourite" && one.groupKey));
  assert.ok((await ada.v2.notifications.unreadCount.fetch()).count > 0);
  await typed("v2.NotificationPolicy", ada.v2.notifications.policy.fetch());
  await bob.v1.statuses.create({ status: "@ada psst", visibility: "direct" });
  const [talk] = await eventually(async () => {
    const found = await typed("Conversation[]", ada.v1.conversations.list());
    return found.length > 0 && found;
  });
  assert.ok(talk.unread);
  assert.ok(!(await typed("Conversation", ada.v1.conversations.$select(talk.id).read())).unread);
}

async function finding(ada, post) {
  const found = await eventually(async () => {
    const page = await typed("v2.Search", ada.v2.search.list({ q: "swifts" }));
    return page.statuses.length > 0 && page;
  });
  assert.equal(found.statuses[0].id, post.id);
  assert.equal((await typed("Account[]", ada.v1.accounts.search.list({ q: "bob" })))[0].acct, "bob");
  await typed("Tag[]", ada.v1.trends.tags.list());
  await typed("Status[]", ada.v1.trends.statuses.list());
  await typed("PreviewCard[]", ada.v1.trends.links.list());
  await typed("Suggestion[]", ada.v2.suggestions.list());
  const tag = await typed("Tag", ada.v1.tags.$select("ferry").follow());
  assert.ok(tag.id && tag.following);
  await typed("Tag[]", ada.v1.followedTags.list());
}

async function collecting(ada, bob) {
  await bob.v1.accounts.updateCredentials({ discoverable: true });
  const { collection } = await typed("WrappedCollection", ada.v1.collections.create({ name: "Birders", description: "", accountIds: [bob.me.id] }));
  const shown = await typed("CollectionWithAccounts", ada.v1.collections.$select(collection.id).fetch());
  assert.equal(shown.collection.name, "Birders");
  await ada.v1.collections.$select(collection.id).remove();
}

async function lookingAfter(ada, bob, post) {
  await typed("Report", bob.v1.reports.create({ accountId: ada.me.id, statusIds: [post.id], comment: "Too many swifts" }));
  const [report] = await typed("admin.Report[]", ada.v1.admin.reports.list());
  assert.equal(report.comment, "Too many swifts");
  assert.ok((await typed("admin.Report", ada.v1.admin.reports.$select(report.id).resolve())).actionTaken);
  const people = await typed("admin.Account[]", ada.v1.admin.accounts.list({ local: true }));
  assert.ok(people.some((one) => one.username === "bob"));
  await ada.v1.admin.accounts.$select(bob.me.id).action.create({ type: "silence" });
  assert.ok((await typed("admin.Account", ada.v1.admin.accounts.$select(bob.me.id).fetch())).silenced);
  await ada.v1.admin.accounts.$select(bob.me.id).unsilence();
  const { ipBlocks, emailDomainBlocks, domainBlocks, measures, dimensions, retention } = ada.v1.admin;
  const network = await typed("admin.IpBlock", ipBlocks.create({ ip: "192.0.2.0/24", severity: "sign_up_block", comment: "Spam" }));
  assert.equal((await typed("admin.IpBlock[]", ipBlocks.list()))[0].id, network.id);
  await typed("admin.EmailDomainBlock", emailDomainBlocks.create({ domain: "spam.example" }));
  const peer = await typed("admin.DomainBlock", domainBlocks.create({ domain: "rude.example", severity: "silence" }));
  await domainBlocks.$select(peer.id).remove();
  const days = { startAt: "2026-01-01", endAt: "2026-01-03" };
  await typed("admin.Measure[]", measures.create({ keys: ["active_users"], ...days }));
  await typed("admin.Dimension[]", dimensions.create({ keys: ["languages"], ...days }));
  await typed("admin.Cohort[]", retention.create({ ...days, frequency: "day" }));
  await refused(() => bob.v1.admin.reports.list(), 403);
}

async function hearing(ada, bob, told) {
  const streaming = createStreamingAPIClient({ streamingApiUrl: told.configuration.urls.streaming, accessToken: bob.token, retry: false });
  const user = streaming.user.subscribe();
  const heard = [];
  const types = { update: "Status", "status.update": "Status", notification: "Notification", delete: "string" };
  const listening = (async () => {
    for await (const event of user) {
      heard.push(event);
      if (event.event in types) await typed(types[event.event], event.payload);
    }
  })();
  const until = (name, fits) => eventually(() => heard.find((one) => one.event === name && fits(one.payload)));
  // Whether the subscription has arrived is not told: a post is sent until one comes.
  const first = await eventually(async () => {
    await ada.v1.statuses.create({ status: "Anybody there?" });
    await new Promise((resolve) => setTimeout(resolve, 200));
    return heard.find((one) => one.event === "update");
  });
  assert.deepEqual(first.stream, ["user"]);
  const post = await ada.v1.statuses.create({ status: "@bob over there" });
  assert.equal((await until("update", (one) => one.id === post.id)).payload.account.id, ada.me.id);
  await until("notification", (one) => one.type === "mention" && one.status.id === post.id);
  await ada.v1.statuses.$select(post.id).update({ status: "@bob over here" });
  await until("status.update", (one) => one.id === post.id);
  await ada.v1.statuses.$select(post.id).remove();
  await until("delete", (id) => id === post.id);
  user.unsubscribe();
  streaming.close();
  await listening;
}

const [ada, bob] = [await signIn("ada"), await signIn("bob")];
const told = await telling(ada);
await following(ada, bob);
const post = await posting(ada, bob);
await polling(ada, bob);
await keeping(ada, bob, post);
await beingTold(ada, bob);
await finding(ada, post);
await collecting(ada, bob);
await lookingAfter(ada, bob, post);
await hearing(ada, bob, told);
console.log(JSON.stringify({ seen: [...seen].sort(), amiss: [...amiss].sort() }));
