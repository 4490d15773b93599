//! A set of files that are written and deleted together.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::files;

/// The edits by path: `Some(text)` writes a file, `None` deletes it.
#[derive(Default)]
pub(crate) struct Edits(BTreeMap<PathBuf, Option<String>>);

impl Edits {
    pub(crate) fn write(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) {
        self.0.insert(path.into(), Some(text.into()));
    }

    pub(crate) fn delete(&mut self, path: impl Into<PathBuf>) {
        self.0.insert(path.into(), None);
    }

    /// Removes edits that would not change the file below `root`.
    pub(crate) fn only_changes(&mut self, root: &Path) {
        self.0.retain(|path, text| {
            let known = fs::read_to_string(root.join(path)).ok();
            match (&known, text) {
                (Some(known), Some(text)) => !files::are_same(known, text),
                (known, text) => known.is_some() != text.is_some(),
            }
        });
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }

    /// Applies all edits below `root`, or none of them.
    pub(crate) fn apply(&self, root: &Path) -> Result<()> {
        let mut before = Self::default();
        for (path, text) in &self.0 {
            let target = root.join(path);
            let known = match fs::read_to_string(&target) {
                Ok(known) => Some(known),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => {
                    before.put(root)?;
                    return Err(error).with_context(|| format!("can't read {}", target.display()));
                }
            };
            if let Err(error) = put(root, path, text.as_deref()) {
                before.put(root)?;
                return Err(error);
            }
            before.0.insert(path.clone(), known);
        }
        Ok(())
    }

    fn put(&self, root: &Path) -> Result<()> {
        self.0
            .iter()
            .try_for_each(|(path, text)| put(root, path, text.as_deref()))
    }
}

fn put(root: &Path, path: &Path, text: Option<&str>) -> Result<()> {
    let target = root.join(path);
    let folder = target.parent().unwrap_or(root);
    let Some(text) = text else {
        if target.exists() {
            fs::remove_file(&target)
                .with_context(|| format!("can't delete {}", target.display()))?;
        }
        // Removes folders that are now empty. `remove_dir` refuses any other folder.
        let inside = folder.ancestors().take_while(|folder| *folder != root);
        for folder in inside {
            _ = fs::remove_dir(folder);
        }
        return Ok(());
    };
    fs::create_dir_all(folder)
        .with_context(|| format!("can't make the folder {}", folder.display()))?;
    files::write(&target, text)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use tempfile::TempDir;

    use super::Edits;

    #[test]
    fn all_edits_are_applied_or_none() {
        let folder = TempDir::new().expect("a folder");
        let root = folder.path();
        let read = |path: &str| fs::read_to_string(root.join(path)).ok();
        fs::write(root.join("changed"), "before").expect("a file");
        fs::create_dir(root.join("old")).expect("a folder");
        fs::write(root.join("old/deleted"), "before").expect("a file");
        let mut edits = Edits::default();
        edits.write("changed", "after");
        edits.write("new/deep/added", "after");
        edits.delete("old/deleted");

        fs::create_dir(root.join("zz")).expect("a folder in the way");
        edits.write("zz", "after");
        edits.apply(root).expect_err("the last file can't be read");
        assert_eq!(read("changed").as_deref(), Some("before"));
        assert_eq!(read("old/deleted").as_deref(), Some("before"));
        assert!(!root.join("new").exists(), "a new folder goes too");

        fs::remove_dir(root.join("zz")).expect("out of the way");
        edits.0.remove(Path::new("zz"));
        edits.write("same", "as before");
        fs::write(root.join("same"), "as before").expect("a file");
        edits.only_changes(root);
        assert_eq!(edits.paths().count(), 3, "one is the same");
        edits.apply(root).expect("all");
        assert_eq!(read("changed").as_deref(), Some("after"));
        assert_eq!(read("new/deep/added").as_deref(), Some("after"));
        assert!(!root.join("old").exists(), "an empty folder goes");
    }
}
