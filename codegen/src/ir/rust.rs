//! Spells the items of an API in Rust.

use super::{Api, Field, Kind, Operation, Service, Spelling, Ty, TypeId};

impl Api {
    /// Returns a type in Rust.
    pub(crate) fn rust(&self, ty: &Ty) -> String {
        ty.spell(&mut Paths(self))
    }

    /// Returns the type of a field in Rust.
    pub(crate) fn rust_field(&self, field: &Field) -> String {
        let mut ty = self.rust(&field.ty);
        if field.sensitive {
            ty = format!("Sensitive<{ty}>");
        }
        if !field.required {
            ty = format!("Option<{ty}>");
        }
        ty
    }

    /// Returns the path of a type in the crate.
    pub(crate) fn path(&self, id: TypeId) -> String {
        let ty = self.get(id);
        format!("{}::{}", ty.module, ty.name)
    }

    /// Returns the path of the newtype of an object's id.
    pub(crate) fn id_path(&self, id: TypeId) -> String {
        let name = self.object(id).and_then(|object| object.id.as_deref());
        match name {
            Some(name) => format!("{}::{name}", self.get(id).module),
            None => "String".to_owned(),
        }
    }
}

/// Spells types by their paths.
struct Paths<'a>(&'a Api);

impl Spelling<TypeId> for Paths<'_> {
    fn named(&mut self, id: TypeId) -> String {
        self.0.path(id)
    }

    fn id(&mut self, id: TypeId) -> String {
        self.0.id_path(id)
    }
}

impl Kind {
    /// Returns the kind of Rust type.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Object(_) => "struct",
            Self::Enum(_) => "open enum",
            Self::Union(_) => "union",
            Self::Params(_) => "params",
            Self::Choice(_) => "choice",
        }
    }
}

impl Operation {
    /// Returns the call, such as `customers.create`.
    pub(crate) fn call(&self) -> String {
        let mut call = "client".to_owned();
        for service in &self.service {
            call.push_str(&format!(".{service}()"));
        }
        format!("{call}.{}()", self.method)
    }

    /// Returns the path of its builder.
    pub(crate) fn path_in_rust(&self) -> String {
        format!("{}::{}", self.module, self.name)
    }
}

impl Service {
    pub(crate) fn path_in_rust(&self) -> String {
        format!("{}::{}", self.module, self.name)
    }
}
