"""Chinese in the two scripts: the traditional is made of the simplified by OpenCC, with Taiwan's words."""

import re
from collections.abc import Sequence

_PLACES = {"hant", "tw", "hk", "mo"}
"""The script, and where it is written unless the tag says otherwise."""
_CORRECTIONS = {
    "打印": "列印",
    "搜索": "搜尋",
    "遮蔽": "封鎖",
    "稽核": "審核",
    "釋出": "發布",
    "映象": "鏡像",
    "許可權": "權限",
    "例項": "實例",
    "隻能": "只能",
    "併發": "並發",
    "賬": "帳",
    "書籤": "書籤",
    "標籤": "標籤",
    "舉報": "檢舉",
    "電子郵箱": "電子信箱",
    "郵箱": "信箱",
    "私信": "私訊",
    "退出登入": "登出",
    "二維碼": "QR碼",
    "面容": "臉部",
    "文本": "文字",
    "發送": "傳送",
    "回復": "回覆",
    "點贊": "按讚",
    "發件箱": "寄件匣",
    "收件箱": "收件匣",
    "域名": "網域",
    "令牌": "權杖",
    "下劃線": "底線",
    "身份": "身分",
    "“": "「",
    "”": "」",
    "無法訪問": "無法連上",
    "籤": "簽",
    **{f"通過{means}": f"透過{means}" for means in ("電子郵件", "檔案", "其他", "伺服器", "它", "未加密")},
}
"""What OpenCC takes for words of programmers, leaves as the mainland says it, or guesses wrongly, and what is meant here."""
_WRONG = re.compile("|".join(_CORRECTIONS))
_BREAK = "\x1f"
"""Stands for a line's end within a text while all are converted at once."""


def is_traditional(tag: str) -> bool:
    """Whether a BCP 47 tag asks for the traditional script."""
    primary, *rest = tag.strip().lower().replace("_", "-").split("-")
    return primary == "zh" and "hans" not in rest and not _PLACES.isdisjoint(rest)


def traditional(texts: Sequence[str]) -> list[str]:
    """Each of the texts. As they are, where OpenCC is not to be had."""
    try:
        import opencc  # noqa: PLC0415 – slow to load, and not to be had for every platform
    except ImportError:
        return list(texts)
    joined = "\n".join(text.replace("\n", _BREAK) for text in texts)
    made: str = opencc.OpenCC("s2twp").convert(joined)
    made = _WRONG.sub(lambda found: _CORRECTIONS[found.group()], made)
    return [text.replace(_BREAK, "\n") for text in made.split("\n")]
