print("cargo-script")
