//! The type of a field or parameter, with the only recursion over it.

use super::TypeId;

/// The type of a field or parameter. `Of` identifies a type of the API: its place in the spec
/// before it has a name, and a [`TypeId`] afterwards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Ty<Of = TypeId> {
    String,
    Bool,
    Integer,
    Number,
    Timestamp,
    /// Any JSON.
    Json,
    /// The value of an `object` property.
    ObjectType(String),
    /// The id of an object.
    Id(Of),
    Named(Of),
    Array(Box<Self>),
    /// A page of a list.
    List(Box<Self>),
    Map(Box<Self>),
    /// An id, or the object itself if the request expanded it.
    Expandable(Box<Self>),
    /// An object outside of the API, kept as JSON.
    RawObject,
    MaybeDeleted(Of, Of),
    /// Boxed, to close a cycle of types.
    Boxed(Box<Self>),
    /// A nullable item of an array or map.
    Nullable(Box<Self>),
}

/// Spells the names in a type.
pub(crate) trait Spelling<Of> {
    /// A type of the API.
    fn named(&mut self, of: Of) -> String;
    /// The id of an object.
    fn id(&mut self, of: Of) -> String;
    /// A type of the runtime, such as `Timestamp`.
    fn runtime(&mut self, name: &str) -> String {
        name.to_owned()
    }
}

impl<Of: Copy> Ty<Of> {
    /// Returns the type inside a wrapper.
    pub(crate) fn inner(&self) -> Option<&Self> {
        match self {
            Self::Array(inner)
            | Self::List(inner)
            | Self::Map(inner)
            | Self::Expandable(inner)
            | Self::Boxed(inner)
            | Self::Nullable(inner) => Some(inner),
            _ => None,
        }
    }

    /// Returns the type inside all wrappers.
    pub(crate) fn innermost(&self) -> &Self {
        let mut ty = self;
        while let Some(inner) = ty.inner() {
            ty = inner;
        }
        ty
    }

    /// Returns the types of the API that it contains, without ids.
    pub(crate) fn named(&self) -> impl Iterator<Item = Of> {
        let named = match self.innermost() {
            Self::Named(of) => [Some(*of), None],
            Self::MaybeDeleted(present, deleted) => [Some(*present), Some(*deleted)],
            _ => [None, None],
        };
        named.into_iter().flatten()
    }

    /// Returns the object of an id type.
    pub(crate) fn id_of(&self) -> Option<Of> {
        match self.innermost() {
            Self::Id(of) => Some(*of),
            _ => None,
        }
    }

    /// Returns the types that it holds without a pointer. Lists, maps, unions and expanded
    /// objects have one.
    pub(crate) fn held(&self) -> impl Iterator<Item = Of> {
        let held = match self {
            Self::Named(of) => [Some(*of), None],
            Self::MaybeDeleted(present, deleted) => [Some(*present), Some(*deleted)],
            _ => [None, None],
        };
        held.into_iter().flatten()
    }

    /// Converts the identifiers of types.
    pub(crate) fn map<To>(&self, to: &mut impl FnMut(Of) -> To) -> Ty<To> {
        match self {
            Self::String => Ty::String,
            Self::Bool => Ty::Bool,
            Self::Integer => Ty::Integer,
            Self::Number => Ty::Number,
            Self::Timestamp => Ty::Timestamp,
            Self::Json => Ty::Json,
            Self::ObjectType(value) => Ty::ObjectType(value.clone()),
            Self::RawObject => Ty::RawObject,
            Self::Id(of) => Ty::Id(to(*of)),
            Self::Named(of) => Ty::Named(to(*of)),
            Self::MaybeDeleted(present, deleted) => Ty::MaybeDeleted(to(*present), to(*deleted)),
            Self::Array(inner) => Ty::Array(Box::new(inner.map(to))),
            Self::List(inner) => Ty::List(Box::new(inner.map(to))),
            Self::Map(inner) => Ty::Map(Box::new(inner.map(to))),
            Self::Expandable(inner) => Ty::Expandable(Box::new(inner.map(to))),
            Self::Boxed(inner) => Ty::Boxed(Box::new(inner.map(to))),
            Self::Nullable(inner) => Ty::Nullable(Box::new(inner.map(to))),
        }
    }

    /// Returns the type that includes both, if there is one. They may differ in whether items of
    /// a list are nullable.
    pub(crate) fn union(&self, other: &Self) -> Option<Self>
    where
        Of: PartialEq,
    {
        let both = |a: &Self, b: &Self| a.union(b).map(Box::new);
        match (self, other) {
            (Self::Nullable(a), Self::Nullable(b)) => both(a, b).map(Self::Nullable),
            (Self::Nullable(a), b) | (b, Self::Nullable(a)) => both(a, b).map(Self::Nullable),
            (Self::Array(a), Self::Array(b)) => both(a, b).map(Self::Array),
            (Self::List(a), Self::List(b)) => both(a, b).map(Self::List),
            (Self::Map(a), Self::Map(b)) => both(a, b).map(Self::Map),
            (Self::Expandable(a), Self::Expandable(b)) => both(a, b).map(Self::Expandable),
            (Self::Boxed(a), Self::Boxed(b)) => both(a, b).map(Self::Boxed),
            (Self::ObjectType(_), Self::ObjectType(_)) => Some(self.clone()),
            (a, b) => (a == b).then(|| a.clone()),
        }
    }

    /// Spells the type in Rust.
    pub(crate) fn spell(&self, with: &mut impl Spelling<Of>) -> String {
        let outer = match self {
            Self::String => return "String".to_owned(),
            Self::Bool => return "bool".to_owned(),
            Self::Integer => return "i64".to_owned(),
            Self::Number => return "f64".to_owned(),
            Self::Json => return "serde_json::Value".to_owned(),
            Self::Timestamp => return with.runtime("Timestamp"),
            Self::ObjectType(_) => return with.runtime("ObjectType"),
            Self::RawObject => return with.runtime("RawObject"),
            Self::Id(of) => return with.id(*of),
            Self::Named(of) => return with.named(*of),
            Self::MaybeDeleted(present, deleted) => {
                let outer = with.runtime("MaybeDeleted");
                let (present, deleted) = (with.named(*present), with.named(*deleted));
                return format!("{outer}<{present}, {deleted}>");
            }
            Self::Array(_) => "Vec".to_owned(),
            Self::Boxed(_) => "Box".to_owned(),
            Self::Nullable(_) => "Option".to_owned(),
            Self::List(_) => with.runtime("List"),
            Self::Map(_) => with.runtime("Map"),
            Self::Expandable(_) => with.runtime("Expandable"),
        };
        let inner = self.inner().map(|inner| inner.spell(with));
        format!("{outer}<{}>", inner.unwrap_or_default())
    }
}
