//! Reads and writes files of the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::{env, fs};

use anyhow::{Context, Result, anyhow};

/// The root of the repository: of the one that cargo runs this in, which need not be the one that it
/// was built in.
pub(crate) fn root() -> &'static Path {
    static XTASK: LazyLock<PathBuf> = LazyLock::new(|| {
        let built_in = || env!("CARGO_MANIFEST_DIR").into();
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(built_in, PathBuf::from)
    });
    XTASK.parent().expect("xtask is a folder of the repository")
}

/// Returns a `git` command for `repository`. It ignores the variables that a git hook sets, which
/// name another repository.
pub(crate) fn git(repository: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(repository);
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        git.env_remove(variable);
    }
    git
}

/// Reads the text file at `path`.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read(path)
        .map_err(anyhow::Error::from)
        .and_then(text)
        .with_context(|| format!("can't read {}", path.display()))
}

/// Converts bytes to text. If they are not UTF-8, the error says what kind of data they look
/// like.
pub(crate) fn text(bytes: Vec<u8>) -> Result<String> {
    match stripe_codegen::utf8(&bytes) {
        Ok(_) => Ok(String::from_utf8(bytes)?),
        Err(wrong) => {
            let place = wrong.position.map_or(String::new(), |at| {
                format!("line {}, column {}: ", at.line, at.column)
            });
            Err(anyhow!("{place}{}; {}", wrong.message, wrong.help))
        }
    }
}

/// Returns whether two texts are equal apart from line ends, which git may have changed on
/// Windows.
pub(crate) fn are_same(a: &str, b: &str) -> bool {
    let lines = |text: &str| text.replace("\r\n", "\n");
    a == b || lines(a) == lines(b)
}

/// Returns the `.yaml` files of `folder`, sorted by name.
pub(crate) fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("can't list {}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("can't list {}", folder.display()))?
            .path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Returns the Rust files below `folder` at any depth; none if the folder does not exist.
pub(crate) fn rust_files(folder: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let paths = rust_paths(folder)?.into_iter();
    paths
        .map(|path| {
            let text = read(&folder.join(&path))?;
            Ok((path, text))
        })
        .collect()
}

/// Returns the paths of the Rust files below `folder`. Links are not followed: their targets are
/// outside of the folder, or are found without the link.
pub(crate) fn rust_paths(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        let listed = || format!("can't list {}", current.display());
        let entries = match fs::read_dir(&current) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(listed),
        };
        for entry in entries {
            let entry = entry.with_context(listed)?;
            let kind = entry.file_type().with_context(listed)?;
            let path = entry.path();
            let is_rust = path.extension().is_some_and(|extension| extension == "rs");
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file()
                && is_rust
                && let Ok(relative) = path.strip_prefix(folder)
            {
                found.insert(relative.to_owned());
            }
        }
    }
    Ok(found)
}

/// Writes `text` to `path` by way of a temporary file, so that an interrupted write leaves no
/// partial file.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    // Removes the leftover of an earlier run. Were it a link, the write below would go to its
    // target.
    _ = fs::remove_file(&partial);
    fs::File::create_new(&partial)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&partial, path))
        .inspect_err(|_| _ = fs::remove_file(&partial))
        .with_context(|| format!("can't write {}", path.display()))
}

/// Returns `path` relative to the root of the repository, for messages.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}
