//! Where requests go (protocol page §1).

/// One of the four gateways. Production hosts are compiled in; only the simulator's address is a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Environment {
    /// `api.mch.weixin.qq.com`.
    Production,
    /// `api2.mch.weixin.qq.com`: another city, same paths, data and keys.
    Standby,
    /// The official sandbox (§1.4, second generation): the production host under another path, MD5 only.
    Sandbox,
    /// The built-in gateway, on loopback.
    Simulator,
}

impl Environment {
    /// All four, most careful first.
    pub const ALL: &[Self] = &[Self::Production, Self::Standby, Self::Sandbox, Self::Simulator];

    /// The word of the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Standby => "standby",
            Self::Sandbox => "sandbox",
            Self::Simulator => "simulator",
        }
    }

    /// The environment for a word of the command line.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|environment| environment.as_str() == word)
    }

    /// The host, except for the simulator, whose address is passed in.
    pub const fn host(self) -> Option<&'static str> {
        match self {
            Self::Production | Self::Sandbox => Some("api.mch.weixin.qq.com"),
            Self::Standby => Some("api2.mch.weixin.qq.com"),
            Self::Simulator => None,
        }
    }

    /// Whether both keep the same orders under the same keys, as the two cities of production do.
    pub const fn has_the_data_of(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Production | Self::Standby, Self::Production | Self::Standby)
                | (Self::Sandbox, Self::Sandbox)
                | (Self::Simulator, Self::Simulator)
        )
    }

    /// The path of an endpoint there: `/pay/unifiedorder` becomes `/xdc/apiv2sandbox/pay/unifiedorder` in the sandbox.
    pub fn path(self, endpoint: &str) -> String {
        match self {
            Self::Sandbox => format!("/xdc/apiv2sandbox{endpoint}"),
            Self::Production | Self::Standby | Self::Simulator => endpoint.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_simulator_has_no_compiled_in_host() {
        for environment in Environment::ALL {
            assert_eq!(environment.host().is_none(), *environment == Environment::Simulator);
            assert_eq!(Environment::parse(environment.as_str()), Some(*environment));
            if let Some(host) = environment.host() {
                assert!(host.ends_with(".mch.weixin.qq.com"));
            }
        }
        assert_eq!(Environment::parse("Production"), None);
    }

    #[test]
    fn only_the_two_cities_of_production_keep_the_same_orders() {
        for one in Environment::ALL {
            for other in Environment::ALL {
                let are_cities = one.host().is_some() && other.host().is_some();
                let is_sandbox = [*one, *other].contains(&Environment::Sandbox);
                assert_eq!(
                    one.has_the_data_of(*other),
                    one == other || (are_cities && !is_sandbox),
                    "{one:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn the_sandbox_is_a_path_on_the_production_host() {
        assert_eq!(Environment::Sandbox.path("/pay/orderquery"), "/xdc/apiv2sandbox/pay/orderquery");
        assert_eq!(Environment::Standby.path("/pay/orderquery"), "/pay/orderquery");
    }
}
