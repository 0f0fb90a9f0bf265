//! Compiles the window's configuration, its capability and the list of commands that may be called at all.

#[path = "src/allowed.rs"]
mod allowed;

fn main() {
    println!("cargo:rerun-if-changed=src/allowed.rs");
    // With an explicit manifest a command that no capability names is refused, also for a window that we did not make.
    let manifest = tauri_build::AppManifest::new().commands(allowed::COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo::error={error:#}");
    }
}
