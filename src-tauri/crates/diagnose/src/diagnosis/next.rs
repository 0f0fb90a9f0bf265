//! What to do now.

use crate::knowledge::Words;

/// What to do now, as one sentence in each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The sign is right: look at what goes over the wire, at the endpoint's rules and at the key.
    LookBeyondTheSign,
    /// The cause is proven: change it.
    ChangeTheCode,
    /// Another key made the sign: use the right one.
    UseTheRightKey,
    /// No key was given.
    GiveTheKey,
    /// No sign was given.
    GiveTheSign,
    /// The call signs an appId that is not known.
    GiveTheAppid,
    /// Nothing was found: check the key against the gateway.
    ProbeTheKey,
    /// Nothing was found for a message from WeChat: verify the raw bytes, prove the key by a refund notice.
    GiveTheRawBytes,
    /// The search was stopped.
    SearchOn,
    /// A refund notice carries no sign: its proof is its req_info.
    DecryptReqInfo,
}

impl Next {
    /// In Chinese.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::LookBeyondTheSign => {
                "签名本身正确，官方校验工具也会通过；如果接口仍报签名错误，请比对实际发出的字节（UTF-8、Content-Type）、接口规则与环境，再用密钥探测确认商户号与密钥是否配套"
            }
            Self::ChangeTheCode => "原因已确诊：按上面的说明修改代码，再签一次",
            Self::UseTheRightKey => "原因已确诊：签名用的是另一把密钥，请换成该商户号当前的 API 密钥（v2）",
            Self::GiveTheKey => "没有密钥无法计算签名：请提供 API 密钥，再诊断一次",
            Self::GiveTheSign => "没有要比对的签名：请粘贴带 sign 的完整报文，或单独给出签名",
            Self::GiveTheAppid => "调起支付要签 appId，但它不在参数里：请给出下单时用的 appid",
            Self::ProbeTheKey => {
                "在这把密钥下，上述改动都得不到该签名：要么密钥不是这个商户号的，要么签名后参数有改动或缺失。下一步：用密钥探测（只读的 orderquery，默认关闭，会把请求发给微信）或用退款通知的 req_info 离线验证密钥"
            }
            Self::GiveTheRawBytes => {
                "在这把密钥下，上述改动都得不到该签名：请提供收到的原始报文（不是解析后再拼的），并用退款通知的 req_info 离线验证密钥，或用密钥探测确认"
            }
            Self::SearchOn => "搜索中途停止，还没有查完：需要时请继续",
            Self::DecryptReqInfo => "退款通知没有 sign：请用 API 密钥解密 req_info，能解开就证明密钥正确",
        }
    }

    /// In English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::LookBeyondTheSign => {
                "the sign is right, the official tool agrees; if the gateway still refuses it, compare the bytes that were sent (UTF-8, Content-Type), the endpoint's rules and the environment, then let the live key probe check that key and mch_id belong together"
            }
            Self::ChangeTheCode => "the cause is proven: change the code as said above and sign again",
            Self::UseTheRightKey => {
                "the cause is proven: another key made this sign; use the current API key (v2) of this mch_id"
            }
            Self::GiveTheKey => "without a key no sign can be computed: give the API key and diagnose again",
            Self::GiveTheSign => "there is no sign to compare: paste the whole message with its sign, or give the sign",
            Self::GiveTheAppid => {
                "the call signs an appId that it does not carry: give the appid that the order was made with"
            }
            Self::ProbeTheKey => {
                "under this key none of these changes gives the sign: either the key is not that of this mch_id, or a field was changed or lost after signing; next, run the live key probe (a read-only orderquery that goes to WeChat, off until asked) or prove the key offline with the req_info of a refund notice"
            }
            Self::GiveTheRawBytes => {
                "under this key none of these changes gives the sign: give the message as it was received, not as it was parsed and joined again, and prove the key with the req_info of a refund notice or with the live key probe"
            }
            Self::SearchOn => "the search was stopped before its end: run it again to go on",
            Self::DecryptReqInfo => {
                "a refund notice carries no sign: decrypt its req_info with the API key; that it opens proves the key"
            }
        }
    }

    /// In both.
    pub fn words(self) -> Words {
        Words::new(self.chinese(), self.english())
    }
}
