import type { Desk } from "../desk";
import type { Profile } from "../model";
import { builtinProfile, GOODS, seedOrders } from "./seed";
import { refusal, type World } from "./world";

type MerchantCommands = Pick<
  Desk,
  | "appStart"
  | "settingsSet"
  | "vaultCreate"
  | "vaultUnlock"
  | "vaultLock"
  | "profileAdd"
  | "profileRemove"
  | "profileUse"
  | "certificateChoose"
  | "certificateImport"
  | "builtinStart"
>;

const BUILTIN_ORDERS = 6;

/** Merchants, settings and a vault that keeps nothing. */
export function fakeMerchants(world: World): MerchantCommands {
  let passphrase: string | null = null;
  return {
    async appStart() {
      return {
        version: "0.1.0",
        tray: world.tray,
        data_dir: "~/.local/share/wxpay-desk",
        first_start: world.profiles.length === 0,
        vault: { ...world.vault },
        settings: { ...world.settings },
        profiles: [...world.profiles],
        active_profile: world.settings.active_profile,
      };
    },
    async settingsSet(settings) {
      world.settings = { ...settings };
      return settings;
    },
    async vaultCreate(words) {
      passphrase = words;
      world.vault = { ...world.vault, mode: "passphrase", state: "open" };
      return world.vault;
    },
    async vaultUnlock(words) {
      if (passphrase !== null && words !== passphrase) throw refusal("vault_wrong_passphrase", "wrong passphrase");
      world.vault = { ...world.vault, state: "open" };
      return world.vault;
    },
    async vaultLock() {
      world.vault = { ...world.vault, state: "locked" };
      return world.vault;
    },
    async profileAdd({ api_key, app_secret, ...input }) {
      if (world.profiles.some((profile) => profile.name === input.name)) {
        throw refusal("conflict", `the name ${input.name} is taken`, "name");
      }
      const profile: Profile = {
        ...input,
        api_key: { set: true, tail: api_key.slice(-4), fingerprint: "51d0-e8aa" },
        app_secret: { set: app_secret !== null, tail: app_secret?.slice(-4) ?? null, fingerprint: null },
        certificate: null,
        builtin: false,
        created_at: Date.now(),
      };
      world.profiles.push(profile);
      world.settings.active_profile ??= profile.name;
      world.changed(["profiles"]);
      return profile;
    },
    async profileRemove(name, confirmation) {
      if (confirmation !== `remove_profile ${name}`) throw refusal("confirmation_required", "no such token");
      world.profiles = world.profiles.filter((profile) => profile.name !== name);
      if (world.settings.active_profile === name) world.settings.active_profile = world.profiles[0]?.name ?? null;
      world.changed(["profiles"]);
      return null;
    },
    async profileUse(name) {
      world.settings = { ...world.settings, active_profile: name };
      world.changed(["settings"]);
      return world.settings;
    },
    async certificateChoose() {
      return "apiclient_cert.p12";
    },
    async certificateImport(name, password) {
      if (password !== world.p12Password) throw refusal("input_invalid", "does not open", "p12_password");
      const certificate = { serial: "5E1F", not_after: Date.now() + 300 * 24 * 60 * 60 * 1000 };
      const imported = world.profiles.map((profile) => (profile.name === name ? { ...profile, certificate } : profile));
      world.profiles = imported;
      world.changed(["profiles"]);
      const profile = imported.find((one) => one.name === name);
      if (!profile) throw refusal("not_found", "no such merchant");
      return profile;
    },
    async builtinStart() {
      const now = Date.now();
      const profile = builtinProfile(now);
      world.profiles.push(profile);
      world.settings.active_profile = profile.name;
      world.running = true;
      world.goods = GOODS.map((goods) => ({ ...goods }));
      seedOrders(world, profile, BUILTIN_ORDERS, now);
      world.changed(["profiles", "settings", "orders", "goods", "simulator"]);
      return { profile, orders: BUILTIN_ORDERS };
    },
  };
}
