"""Chinese in the two scripts: the traditional is made of the simplified by OpenCC, with Taiwan's words."""

import re
from collections.abc import Sequence

_PLACES = {"hant", "tw", "hk", "mo"}
"""The script, and where it is written unless the tag says otherwise."""
_CORRECTIONS = {
    "打印": "列印",
    "搜索": "搜尋",
    "遮蔽": "封鎖",
    "封禁名單": "封鎖名單",
    "封禁了一個": "封鎖了一個",
    "封禁郵箱": "封鎖信箱",
    "網段封禁": "網段封鎖",
    "封禁": "停權",
    "關注": "追蹤",
    "條帖子": "則貼文",
    "條私密帖子": "則私密貼文",
    "原帖": "原貼文",
    "新帖子": "新貼文",
    "新帖": "新貼文",
    "帖子": "貼文",
    "發過帖": "發過文",
    "發了帖": "發了文",
    "發帖": "發文",
    **{f"條{thing}": f"則{thing}" for thing in ("回復", "回覆", "通知", "公告", "訊息", "新")},
    "個人資料": "個人檔案",
    "資料頁": "個人檔案",
    "公共時間線": "公開時間軸",
    "時間線": "時間軸",
    "評論": "留言",
    "臺": "台",
    "應用程式": "應用程式",
    "應用": "應用程式",
    "稽核": "審核",
    "釋出": "發布",
    "映象": "鏡像",
    "許可權": "權限",
    "例項": "實例",
    "專案": "項目",
    "宣告": "聲明",
    "垃圾資訊": "垃圾訊息",
    "隻能": "只能",
    "併發": "並發",
    "物件": "對象",
    "后": "後",
    "寫明瞭": "寫明了",
    "公佈": "公布",
    "麵向": "面向",
    "注冊": "註冊",
    "里面": "裡面",
    "賬": "帳",
    "書籤": "書籤",
    "標籤": "標籤",
    "舉報": "檢舉",
    "電子郵箱": "電子信箱",
    "郵箱": "信箱",
    "私信": "私訊",
    "退出登入": "登出",
    "二維碼": "行動條碼",
    "面容": "臉部",
    "文本": "文字",
    "發送": "傳送",
    "回復": "回覆",
    "點贊": "按讚",
    "發件箱": "寄件匣",
    "收件箱": "收件匣",
    "子域": "子網域",
    "域名": "網域",
    "主機名": "主機名稱",
    "令牌": "權杖",
    "口令": "密碼片語",
    "吊銷": "撤銷",
    "兩步驗證": "兩步驟驗證",
    "證書": "憑證",
    "模板": "範本",
    "自定義": "自訂",
    "獲取": "取得",
    "主螢幕": "主畫面",
    "添加": "新增",
    "當前": "目前",
    "丟失": "遺失",
    "匹配": "符合",
    "計劃": "計畫",
    "刷屏": "洗版",
    "退訂": "取消訂閱",
    "幀": "影格",
    "隱私政策": "隱私權政策",
    "拖動": "拖曳",
    " U 盤": "隨身碟",
    "雲盤": "雲端硬碟",
    "云上": "雲端",
    "雲上": "雲端",
    **{f"{kind} 地址": f"{kind} 位址" for kind in ("IP", "IPv4", "IPv6")},
    "下劃線": "底線",
    "身份": "身分",
    "“": "「",
    "”": "」",
    "無法訪問": "無法連上",
    "訪問不": "連不",
    "訪問地址": "網址",
    "訪問": "存取",
    "運營": "營運",
    "執行狀況": "運作狀況",
    "已在執行": "已在運作",
    "打開": "開啟",
    "籤": "簽",
    **{
        f"通過{means}": f"透過{means}"
        for means in ("電子郵件", "檔案", "其他", "伺服器", "它", "未加密", "推薦", "命令", "文字", " {n}")
    },
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
