//! sns/jscode2session: whose login a js_code of `wx.login` is (protocol page §4.14).

/// Path of the endpoint, on a host of its own.
pub const PATH: &str = "/sns/jscode2session";
/// The host; a simulator serves the path itself.
pub const HOST: &str = "api.weixin.qq.com";

/// What an `errcode` means and what to do, in Chinese and in English.
pub const fn meaning(errcode: i64) -> (&'static str, &'static str) {
    match errcode {
        -1 => ("微信系统繁忙，请稍后重试", "WeChat is busy; try again in a moment"),
        40029 => (
            "js_code 无效或已过期（5 分钟），请在小程序里重新调用 wx.login",
            "the js_code is wrong or older than five minutes; call wx.login again",
        ),
        40163 => (
            "js_code 已被使用过（只能用一次），请重新调用 wx.login",
            "the js_code was used already, it works once; call wx.login again",
        ),
        40226 => ("高风险用户，登录被拦截", "WeChat blocks this user as high-risk"),
        45011 => {
            ("该用户一分钟内登录超过 100 次，请稍后重试", "this user logged in more than 100 times a minute; wait")
        }
        40013 => (
            "appid 无效：请核对商户配置里的小程序 appid",
            "the appid is not known; check the mini program's appid in the profile",
        ),
        40125 => (
            "AppSecret 不正确：请核对商户配置里的 AppSecret（不是 API 密钥）",
            "the AppSecret is wrong; check it in the profile (it is not the API key)",
        ),
        41002 => ("缺少 appid", "the appid is missing"),
        41004 => ("缺少 AppSecret", "the AppSecret is missing"),
        41008 => ("缺少 js_code", "the js_code is missing"),
        _ => ("微信返回了未知的错误码，请按 errmsg 处理", "WeChat answered with an unknown errcode; see its errmsg"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_documented_errcode_is_explained_in_words_of_its_own() {
        let documented = [-1, 40029, 40163, 40226, 45011, 40013, 40125, 41002, 41004, 41008];
        let told = documented.map(meaning);
        // None of them is told as any other code.
        let unknown = meaning(1);
        let in_chinese: HashSet<&str> = told.iter().chain([&unknown]).map(|(zh, _)| *zh).collect();
        let in_english: HashSet<&str> = told.iter().chain([&unknown]).map(|(_, en)| *en).collect();
        assert_eq!((in_chinese.len(), in_english.len()), (documented.len() + 1, documented.len() + 1));
        let (zh, en) = meaning(45011);
        assert!(zh.contains("100") && en.contains("100"), "{zh} {en}");
    }
}
