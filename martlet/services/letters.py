"""
What the server writes to people, in their language: subjects and texts with `{name}`, `{server}`, `{link}`.
Of a decision about an account `{what}` says what it is, and `{words}` what its owner is told besides.

Plain text only. A letter is known by its name in `MailWanted`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from martlet.model.sanctions import Measure
from martlet.text import chinese
from martlet.text.languages import TRADITIONAL, serving


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


CONFIRM: Final = "confirm"
RESET: Final = "reset"
APPROVED: Final = "approved"
PASSWORD_CHANGED: Final = "password_changed"  # noqa: S105 - a letter's name
NEW_EMAIL: Final = "new_email"
EMAIL_CHANGED: Final = "email_changed"
ARCHIVE_READY: Final = "archive_ready"
STRIKE: Final = "strike"
APPEAL_MADE: Final = "appeal_made"
APPEAL_APPROVED: Final = "appeal_approved"
APPEAL_REJECTED: Final = "appeal_rejected"
HOOK_STOPPED: Final = "hook_stopped"
TEST: Final = "test"

ENGLISH: dict[str, Letter] = {
    TEST: Letter(
        "A trial letter from {server}",
        "Hello {name},\n\n{server} can send mail: you are reading it. Here you sign in:\n\n{link}\n",
    ),
    CONFIRM: Letter(
        "Confirm your e-mail for {server}",
        "Hello {name},\n\nsomebody, hopefully you, made an account on {server} with this address. "
        "Open this link, and it is ready:\n\n{link}\n\nThe link works for a week. "
        "If it was not you, do nothing: without the link nothing happens.\n",
    ),
    RESET: Letter(
        "A new password for {server}",
        "Hello {name},\n\nhere you can choose a new password for your account on {server}:\n\n{link}\n\n"
        "The link works once, for two hours. If you did not ask for it, do nothing: your password stays as it is.\n",
    ),
    APPROVED: Letter(
        "Welcome to {server}",
        "Hello {name},\n\nyour request was read, and you are in. Sign in here:\n\n{link}\n\n"
        "Every Mastodon app works as well: type the address of the server into it.\n",
    ),
    PASSWORD_CHANGED: Letter(
        "Your password on {server} was changed",
        "Hello {name},\n\nthe password of your account on {server} has just been changed. "
        "If that was not you, choose a new one at once:\n\n{link}\n",
    ),
    NEW_EMAIL: Letter(
        "Your new address for {server}",
        "Hello {name},\n\nsomebody, hopefully you, wants your account on {server} to have this address. "
        "Open this link, and it counts:\n\n{link}\n\nThe link works for a week. "
        "If it was not you, do nothing: without the link nothing changes.\n",
    ),
    EMAIL_CHANGED: Letter(
        "Your account on {server} has another address",
        "Hello {name},\n\nyour account on {server} has another e-mail address from now on; this one is told of it this once. "
        "If that was not you, write at once to those who look after the server:\n\n{link}\n",
    ),
    ARCHIVE_READY: Letter(
        "Your archive from {server} is ready",
        "Hello {name},\n\nthe archive of your posts and pictures on {server} is ready. "
        "For a week you can fetch it here:\n\n{link}\n\nIf you did not ask for it, please change your password.\n",
    ),
    STRIKE: Letter(
        "Something was decided about your account on {server}",
        "Hello {name},\n\nthose who look after {server} decided about your account: {what}\n\n{words}"
        "Here you can read what it was about, and say for twenty days if you think that it is wrong:\n\n{link}\n\n"
        "The link is for you alone.\n",
    ),
    APPEAL_MADE: Letter(
        "Somebody appeals against a decision on {server}",
        "Hello {name},\n\nsomebody thinks that a decision about their account on {server} was wrong. "
        "Read what they say, and decide:\n\n{link}\n",
    ),
    APPEAL_APPROVED: Letter(
        "Your appeal on {server} was heard",
        "Hello {name},\n\nthose who look after {server} looked at it again, and took back what they had decided: "
        "{what}\n\nHere you can read what it was about:\n\n{link}\n",
    ),
    APPEAL_REJECTED: Letter(
        "Your appeal on {server} was turned down",
        "Hello {name},\n\nthose who look after {server} looked at it again. It stays as it was decided: "
        "{what}\n\nHere you can read what it was about:\n\n{link}\n",
    ),
    HOOK_STOPPED: Letter(
        "A web hook of {server} is disabled",
        "Hello {name},\n\na web hook of {server} could not be told anything for a week, or leads to an address that is not called, "
        "so it is disabled. Here you see which one and why, and can enable it again:\n\n{link}\n",
    ),
}
GERMAN: dict[str, Letter] = {
    TEST: Letter(
        "Eine Testmail von {server}",
        "Hallo {name},\n\n{server} kann Mails verschicken: Du liest gerade eine. Hier meldest du dich an:\n\n{link}\n",
    ),
    CONFIRM: Letter(
        "Bestätige deine E-Mail-Adresse für {server}",
        "Hallo {name},\n\njemand, hoffentlich du, hat mit dieser Adresse ein Konto auf {server} angelegt. "
        "Öffne diesen Link, dann ist es bereit:\n\n{link}\n\nDer Link gilt eine Woche. "
        "Wenn du es nicht warst, tu nichts: Ohne den Link geschieht nichts.\n",
    ),
    RESET: Letter(
        "Ein neues Passwort für {server}",
        "Hallo {name},\n\nhier kannst du für dein Konto auf {server} ein neues Passwort wählen:\n\n{link}\n\n"
        "Der Link gilt einmal und zwei Stunden lang. Wenn du ihn nicht wolltest, tu nichts: "
        "Dein Passwort bleibt, wie es ist.\n",
    ),
    APPROVED: Letter(
        "Willkommen bei {server}",
        "Hallo {name},\n\ndeine Bitte um Aufnahme wurde gelesen, und du bist dabei. Hier meldest du dich an:\n\n{link}\n\n"
        "Es geht auch mit jeder Mastodon-App: Gib dort die Adresse des Servers ein.\n",
    ),
    PASSWORD_CHANGED: Letter(
        "Dein Passwort auf {server} wurde geändert",
        "Hallo {name},\n\ndas Passwort deines Kontos auf {server} wurde gerade geändert. "
        "Wenn du das nicht warst, wähle sofort ein neues:\n\n{link}\n",
    ),
    NEW_EMAIL: Letter(
        "Deine neue Adresse für {server}",
        "Hallo {name},\n\njemand, hoffentlich du, möchte für dein Konto auf {server} diese Adresse eintragen. "
        "Öffne diesen Link, dann gilt sie:\n\n{link}\n\nDer Link gilt eine Woche. "
        "Wenn du das nicht warst, tu nichts: Ohne den Link ändert sich nichts.\n",
    ),
    EMAIL_CHANGED: Letter(
        "Dein Konto auf {server} hat eine andere Adresse",
        "Hallo {name},\n\ndein Konto auf {server} hat ab jetzt eine andere E-Mail-Adresse; hierhin geht nur noch diese Nachricht. "
        "Wenn du das nicht warst, schreib sofort denen, die den Server betreuen:\n\n{link}\n",
    ),
    ARCHIVE_READY: Letter(
        "Dein Archiv von {server} ist fertig",
        "Hallo {name},\n\ndas Archiv deiner Beiträge und Bilder auf {server} ist fertig. "
        "Eine Woche lang kannst du es hier abholen:\n\n{link}\n\n"
        "Wenn du es nicht angefordert hast, ändere bitte dein Passwort.\n",
    ),
    STRIKE: Letter(
        "Über dein Konto auf {server} wurde etwas entschieden",
        "Hallo {name},\n\ndie Leute, die {server} betreuen, haben über dein Konto entschieden: {what}\n\n{words}"
        "Hier kannst du nachlesen, worum es geht, und zwanzig Tage lang Einspruch erheben, wenn du es für falsch hältst:\n\n"
        "{link}\n\nDer Link ist nur für dich.\n",
    ),
    APPEAL_MADE: Letter(
        "Jemand erhebt Einspruch gegen eine Entscheidung auf {server}",
        "Hallo {name},\n\njemand hält eine Entscheidung über das eigene Konto auf {server} für falsch. "
        "Lies, was dazu gesagt wird, und entscheide:\n\n{link}\n",
    ),
    APPEAL_APPROVED: Letter(
        "Deinem Einspruch auf {server} wurde stattgegeben",
        "Hallo {name},\n\ndie Leute, die {server} betreuen, haben es noch einmal angesehen und zurückgenommen, "
        "was sie entschieden hatten: {what}\n\nHier kannst du nachlesen, worum es ging:\n\n{link}\n",
    ),
    APPEAL_REJECTED: Letter(
        "Dein Einspruch auf {server} wurde abgelehnt",
        "Hallo {name},\n\ndie Leute, die {server} betreuen, haben es noch einmal angesehen. "
        "Es bleibt, wie es entschieden wurde: {what}\n\nHier kannst du nachlesen, worum es ging:\n\n{link}\n",
    ),
    HOOK_STOPPED: Letter(
        "Ein Webhook von {server} ist abgeschaltet",
        "Hallo {name},\n\nein Webhook von {server} war eine Woche lang nicht zu erreichen, oder seine Adresse darf nicht aufgerufen werden; "
        "er ist jetzt abgeschaltet. Hier siehst du, welcher und warum, und kannst ihn wieder einschalten:\n\n{link}\n",
    ),
}
CHINESE: dict[str, Letter] = {
    TEST: Letter(
        "来自 {server} 的测试邮件",
        "你好，{name}：\n\n{server} 可以发送邮件：你正在阅读的就是。在这里登录：\n\n{link}\n",
    ),
    CONFIRM: Letter(
        "确认你在 {server} 的邮箱",
        "{name}，你好：\n\n有人（希望是你）用这个邮箱在 {server} 注册了账号。打开下面的链接，账号就可以用了：\n\n"
        "{link}\n\n链接一周内有效。如果不是你，不用理会：没有这个链接什么也不会发生。\n",
    ),
    RESET: Letter(
        "{server} 的新密码",
        "{name}，你好：\n\n你可以在这里为 {server} 的账号设置新密码：\n\n{link}\n\n"
        "链接只能用一次，两小时内有效。如果不是你要求的，不用理会：密码不会改变。\n",
    ),
    APPROVED: Letter(
        "欢迎来到 {server}",
        "{name}，你好：\n\n你的申请已通过。请在这里登录：\n\n{link}\n\n任何 Mastodon 应用也都可以用：在应用里输入服务器的地址即可。\n",
    ),
    PASSWORD_CHANGED: Letter(
        "你在 {server} 的密码已更改",
        "{name}，你好：\n\n你在 {server} 的账号密码刚刚更改过。如果不是你本人，请立刻设置新密码：\n\n{link}\n",
    ),
    NEW_EMAIL: Letter(
        "你在 {server} 的新邮箱",
        "{name}，你好：\n\n有人（希望是你）想把这个邮箱设为你在 {server} 的账号邮箱。打开下面的链接即可生效：\n\n{link}\n\n"
        "链接一周内有效。如果不是你本人操作，请忽略：不打开链接就不会有任何改变。\n",
    ),
    EMAIL_CHANGED: Letter(
        "你在 {server} 的账号已更换邮箱",
        "{name}，你好：\n\n从现在起，你在 {server} 的账号使用另一个邮箱，本邮箱只会再收到这一封通知。"
        "如果不是你本人操作，请立即联系本站管理员：\n\n{link}\n",
    ),
    ARCHIVE_READY: Letter(
        "你在 {server} 的存档已经准备好",
        "{name}，你好：\n\n你在 {server} 的帖子和图片存档已经准备好。一周之内可以在这里下载：\n\n{link}\n\n"
        "如果不是你要求的，请更改密码。\n",
    ),
    STRIKE: Letter(
        "关于你在 {server} 的账号的决定",
        "{name}，你好：\n\n{server} 的管理员对你的账号作出了决定：{what}\n\n{words}"
        "你可以在这里了解详情；如果认为不对，二十天内可以申诉：\n\n{link}\n\n这个链接只供你本人使用。\n",
    ),
    APPEAL_MADE: Letter(
        "{server} 上有人对决定提出申诉",
        "{name}，你好：\n\n有人认为 {server} 对其账号的决定不对。请查看对方的说明并作出决定：\n\n{link}\n",
    ),
    APPEAL_APPROVED: Letter(
        "你在 {server} 的申诉已获接受",
        "{name}，你好：\n\n{server} 的管理员重新考虑后撤回了决定：{what}\n\n详情见：\n\n{link}\n",
    ),
    APPEAL_REJECTED: Letter(
        "你在 {server} 的申诉未获接受",
        "{name}，你好：\n\n{server} 的管理员重新考虑过了，决定维持不变：{what}\n\n详情见：\n\n{link}\n",
    ),
    HOOK_STOPPED: Letter(
        "{server} 的一个 Webhook 已停用",
        "{name}，你好：\n\n{server} 的一个 Webhook 一周内都无法送达，或其地址不允许访问，因此已停用。"
        "在这里可以查看原因并重新启用：\n\n{link}\n",
    ),
}
BY_LANGUAGE: dict[str, dict[str, Letter]] = {"en": ENGLISH, "de": GERMAN, "zh": CHINESE}


MEASURES: dict[str, dict[Measure, str]] = {
    "en": {
        Measure.WARN: "you are warned.",
        Measure.MARK_POSTS: "some of your posts are marked as sensitive.",
        Measure.DELETE_POSTS: "some of your posts were deleted.",
        Measure.SENSITIZE: "all of your posts are shown as sensitive.",
        Measure.LIMIT: "only those who follow you come across your account.",
        Measure.FREEZE: "your account is frozen; you cannot sign in.",
        Measure.SUSPEND: "your account is suspended. Nobody sees it, and in 30 days it will be removed.",
    },
    "de": {
        Measure.WARN: "Du wirst verwarnt.",
        Measure.MARK_POSTS: "Einige deiner Beiträge sind als heikel gekennzeichnet.",
        Measure.DELETE_POSTS: "Einige deiner Beiträge wurden gelöscht.",
        Measure.SENSITIZE: "Alle deine Beiträge werden als heikel gezeigt.",
        Measure.LIMIT: "Nur wer dir folgt, bekommt dein Konto zu sehen.",
        Measure.FREEZE: "Dein Konto ist eingefroren; du kannst dich nicht anmelden.",
        Measure.SUSPEND: "Dein Konto ist gesperrt. Niemand sieht es, und in 30 Tagen wird es entfernt.",
    },
    "zh": {
        Measure.WARN: "你收到一次警告。",
        Measure.MARK_POSTS: "你的部分帖子已标为敏感内容。",
        Measure.DELETE_POSTS: "你的部分帖子已删除。",
        Measure.SENSITIZE: "你的所有帖子都会显示为敏感内容。",
        Measure.LIMIT: "只有关注你的人才会看到你的账号。",
        Measure.FREEZE: "你的账号已冻结，无法登录。",
        Measure.SUSPEND: "你的账号已封禁，没有人能看到，30 天之后将删除。",
    },
}


def what(measure: Measure, locale: str) -> str:
    """What was decided, in the language that serves a locale, else in English."""
    return _what(measure, serving(locale, BY_LANGUAGE))


def write(name: str, locale: str) -> Letter:
    """The letter in the language that serves a locale, else in English. Raises KeyError for an unknown one."""
    return _written(name, serving(locale, BY_LANGUAGE))


@cache
def _what(measure: Measure, language: str) -> str:
    if language == TRADITIONAL:
        return chinese.traditional([MEASURES["zh"][measure]])[0]
    return MEASURES[language][measure]


@cache
def _written(name: str, language: str) -> Letter:
    if language == TRADITIONAL:
        simplified = BY_LANGUAGE["zh"][name]
        return Letter(*chinese.traditional([simplified.subject, simplified.text]))
    return BY_LANGUAGE[language][name]
