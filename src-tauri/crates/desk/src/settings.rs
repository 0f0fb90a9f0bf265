//! Settings, checked before they are kept.

use desk_store::Settings;
use wxpay_protocol::ids::OutTradeNo;

use crate::changes::Tag;
use crate::desk::Inner;
use crate::{Desk, DeskError};

impl Desk {
    /// The settings; defaults where nothing was set.
    pub async fn settings(&self) -> Result<Settings, DeskError> {
        self.blocking(Inner::settings).await
    }

    /// Whether there is no merchant and nothing was set here but how the window looks: the first start.
    pub async fn is_first_start(&self) -> Result<bool, DeskError> {
        self.blocking(|inner| {
            let Settings { language, theme, .. } = Settings::default();
            let settings = Settings { language, theme, ..inner.settings()? };
            Ok(settings == Settings::default() && inner.store.profiles()?.is_empty())
        })
        .await
    }

    /// Keeps the settings and returns them as kept. Polling follows at once.
    pub async fn settings_set(&self, settings: Settings) -> Result<Settings, DeskError> {
        check(&settings)?;
        let kept = self
            .blocking(move |inner| {
                if let Some(name) = &settings.active_profile {
                    inner.profile(name)?;
                }
                Ok(inner.store.set_settings(settings)?)
            })
            .await?;
        self.inner.changes.note(Tag::Settings, []);
        self.inner.polling.wake();
        Ok(kept)
    }
}

fn check(settings: &Settings) -> Result<(), DeskError> {
    let within = |field, holds: bool, rule: &str| if holds { Ok(()) } else { Err(DeskError::input(field, rule)) };
    within("language", matches!(settings.language.as_str(), "zh-CN" | "en"), "must be zh-CN or en")?;
    within("theme", matches!(settings.theme.as_str(), "system" | "light" | "dark"), "must be system, light or dark")?;
    within("poll_rate_per_s", (1..=1000).contains(&settings.poll_rate_per_s), "must be 1 to 1000 a second")?;
    within(
        "simulator_poll_rate_per_s",
        (1..=10_000).contains(&settings.simulator_poll_rate_per_s),
        "must be 1 to 10000 a second",
    )?;
    within(
        "poll_ladder_s",
        !settings.poll_ladder_s.is_empty()
            && settings.poll_ladder_s.len() <= 32
            && settings.poll_ladder_s.iter().all(|step| (1..=86_400).contains(step)),
        "must have 1 to 32 steps of 1 to 86400 seconds",
    )?;
    within("expire_days", (1..=365).contains(&settings.expire_days), "must be 1 to 365 days")?;
    check_scene(&settings.scene)?;
    check_prefix(&settings.out_trade_no_prefix, &settings.scene)
}

/// Four digits.
pub(crate) fn check_scene(scene: &str) -> Result<(), DeskError> {
    if scene.len() == 4 && scene.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err(DeskError::input("scene", "must have four digits, such as 0001"))
    }
}

fn check_prefix(prefix: &str, scene: &str) -> Result<(), DeskError> {
    OutTradeNo::new(format!("{prefix}{scene}0000000000")).map(drop).map_err(|_| {
        DeskError::input(
            "out_trade_no_prefix",
            "may have up to 18 digits, letters and _ - | * @ before the scene and ten digits",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_would_break_numbers_or_polling_are_refused_and_named() {
        assert!(check(&Settings::default()).is_ok());
        let refused = |change: &dyn Fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            check(&settings).unwrap_err().field().unwrap()
        };
        assert_eq!(refused(&|settings| settings.poll_rate_per_s = 0), "poll_rate_per_s");
        assert_eq!(refused(&|settings| settings.poll_ladder_s = vec![]), "poll_ladder_s");
        assert_eq!(refused(&|settings| settings.poll_ladder_s = vec![5, 0]), "poll_ladder_s");
        assert_eq!(refused(&|settings| settings.scene = "１２３４".into()), "scene");
        assert_eq!(refused(&|settings| settings.out_trade_no_prefix = "a&b".into()), "out_trade_no_prefix");
        assert_eq!(refused(&|settings| settings.out_trade_no_prefix = "x".repeat(19)), "out_trade_no_prefix");
        assert_eq!(refused(&|settings| settings.language = "fr".into()), "language");
        assert_eq!(refused(&|settings| settings.expire_days = 0), "expire_days");
    }
}
