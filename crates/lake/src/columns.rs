//! Between cells and Arrow: the builders that accepted rows go into, the schema of the table, and the way back.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::LakeError;
use crate::value::{Cell, ColumnSpec, Kind};

/// A column of a stored table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// Whether values may be absent.
    pub nullable: bool,
}

impl From<&ColumnSpec> for Column {
    fn from(spec: &ColumnSpec) -> Self {
        let kind = if spec.kind == Kind::CompactDate { Kind::Date } else { spec.kind };
        Self { name: spec.name.clone(), kind, nullable: spec.nullable }
    }
}

/// The Arrow schema of columns.
pub(crate) fn arrow_schema(columns: &[Column]) -> SchemaRef {
    let field = |column: &Column| Field::new(&column.name, data_type(column.kind), column.nullable);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Boolean => DataType::Boolean,
        Kind::Integer => DataType::Int64,
        Kind::Decimal { precision, scale } => DataType::Decimal128(precision, scale as i8),
        Kind::Float => DataType::Float64,
        Kind::Date | Kind::CompactDate => DataType::Date32,
        Kind::DateTime => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Text => DataType::Utf8,
    }
}

/// The schema in the form of the Delta protocol ("Schema Serialization Format").
pub(crate) fn delta_schema(columns: &[Column]) -> serde_json::Value {
    let fields = columns.iter().map(|column| {
        let kind = match column.kind {
            Kind::Boolean => "boolean".to_owned(),
            Kind::Integer => "long".to_owned(),
            Kind::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
            Kind::Float => "double".to_owned(),
            Kind::Date | Kind::CompactDate => "date".to_owned(),
            Kind::DateTime => "timestamp".to_owned(),
            Kind::Text => "string".to_owned(),
        };
        json!({"name": column.name, "type": kind, "nullable": column.nullable, "metadata": {}})
    });
    json!({"type": "struct", "fields": fields.collect::<Vec<_>>()})
}

/// Reads columns back out of a Delta schema.
pub(crate) fn from_delta_schema(schema: &serde_json::Value) -> Result<Vec<Column>, LakeError> {
    let wrong = |what: &str| LakeError::Corrupt(format!("table schema: {what}"));
    let fields = schema.get("fields").and_then(|fields| fields.as_array()).ok_or_else(|| wrong("no fields"))?;
    let mut columns = Vec::with_capacity(fields.len());
    for field in fields {
        let text = |key: &str| field.get(key).and_then(|value| value.as_str());
        let kind = match text("type").ok_or_else(|| wrong("a field without a plain type"))? {
            "boolean" => Kind::Boolean,
            "long" => Kind::Integer,
            "double" => Kind::Float,
            "date" => Kind::Date,
            "timestamp" => Kind::DateTime,
            "string" => Kind::Text,
            other => decimal(other).ok_or_else(|| wrong(&format!("the type `{other}` is not one the lake writes")))?,
        };
        columns.push(Column {
            name: text("name").ok_or_else(|| wrong("a field without a name"))?.to_owned(),
            kind,
            nullable: field.get("nullable").and_then(serde_json::Value::as_bool).unwrap_or(true),
        });
    }
    Ok(columns)
}

fn decimal(text: &str) -> Option<Kind> {
    let (precision, scale) = text.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
    Some(Kind::Decimal { precision: precision.trim().parse().ok()?, scale: scale.trim().parse().ok()? })
}

enum Builder {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder, u8, i8),
    Float(Float64Builder),
    Date(Date32Builder),
    DateTime(TimestampMicrosecondBuilder),
    Text(StringBuilder),
}

impl Builder {
    fn new(kind: Kind, rows: usize) -> Self {
        match kind {
            Kind::Boolean => Builder::Boolean(BooleanBuilder::with_capacity(rows)),
            Kind::Integer => Builder::Integer(Int64Builder::with_capacity(rows)),
            Kind::Decimal { precision, scale } => {
                Builder::Decimal(Decimal128Builder::with_capacity(rows), precision, scale as i8)
            }
            Kind::Float => Builder::Float(Float64Builder::with_capacity(rows)),
            Kind::Date | Kind::CompactDate => Builder::Date(Date32Builder::with_capacity(rows)),
            Kind::DateTime => Builder::DateTime(TimestampMicrosecondBuilder::with_capacity(rows)),
            Kind::Text => Builder::Text(StringBuilder::with_capacity(rows, rows * 24)),
        }
    }

    #[inline]
    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Builder::Text(builder), Cell::Text(value)) => builder.append_value(value),
            (Builder::Integer(builder), Cell::Integer(value)) => builder.append_value(value),
            (Builder::Decimal(builder, ..), Cell::Decimal(value)) => builder.append_value(value),
            (Builder::Float(builder), Cell::Float(value)) => builder.append_value(value),
            (Builder::Date(builder), Cell::Date(value)) => builder.append_value(value),
            (Builder::DateTime(builder), Cell::DateTime(value)) => builder.append_value(value),
            (Builder::Boolean(builder), Cell::Boolean(value)) => builder.append_value(value),
            // Parsing gives cells of the column's kind or absent ones; nothing else arrives here.
            (Builder::Text(builder), _) => builder.append_null(),
            (Builder::Integer(builder), _) => builder.append_null(),
            (Builder::Decimal(builder, ..), _) => builder.append_null(),
            (Builder::Float(builder), _) => builder.append_null(),
            (Builder::Date(builder), _) => builder.append_null(),
            (Builder::DateTime(builder), _) => builder.append_null(),
            (Builder::Boolean(builder), _) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Builder::Boolean(builder) => Arc::new(builder.finish()),
            Builder::Integer(builder) => Arc::new(builder.finish()),
            Builder::Decimal(builder, precision, scale) => {
                Arc::new(builder.finish().with_precision_and_scale(*precision, *scale)?)
            }
            Builder::Float(builder) => Arc::new(builder.finish()),
            Builder::Date(builder) => Arc::new(builder.finish()),
            Builder::DateTime(builder) => Arc::new(builder.finish().with_timezone("UTC")),
            Builder::Text(builder) => Arc::new(builder.finish()),
        })
    }
}

/// Collects rows into a batch.
pub(crate) struct BatchBuilder {
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
}

impl BatchBuilder {
    pub(crate) fn new(columns: &[Column], rows: usize) -> Self {
        Self {
            schema: arrow_schema(columns),
            builders: columns.iter().map(|column| Builder::new(column.kind, rows)).collect(),
            rows: 0,
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, cells: &[Cell<'_>]) {
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            builder.push(*cell);
        }
        self.rows += 1;
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let arrays = self.builders.iter_mut().map(Builder::finish).collect::<Result<Vec<_>, _>>()?;
        RecordBatch::try_new(self.schema.clone(), arrays)
    }
}

/// A batch read back, cell by cell.
pub(crate) struct BatchReader<'a> {
    arrays: Vec<TypedArray<'a>>,
    pub rows: usize,
}

enum TypedArray<'a> {
    Boolean(&'a BooleanArray),
    Integer(&'a Int64Array),
    Decimal(&'a Decimal128Array),
    Float(&'a Float64Array),
    Date(&'a Date32Array),
    DateTime(&'a TimestampMicrosecondArray),
    Text(&'a StringArray),
}

impl<'a> BatchReader<'a> {
    /// Reads `batch`, whose columns are `columns` in order.
    pub(crate) fn new(batch: &'a RecordBatch, columns: &[Column]) -> Result<Self, LakeError> {
        let arrays = columns.iter().zip(batch.columns()).map(|(column, array)| {
            let any = array.as_any();
            let typed = match column.kind {
                Kind::Boolean => any.downcast_ref().map(TypedArray::Boolean),
                Kind::Integer => any.downcast_ref().map(TypedArray::Integer),
                Kind::Decimal { .. } => any.downcast_ref().map(TypedArray::Decimal),
                Kind::Float => any.downcast_ref().map(TypedArray::Float),
                Kind::Date | Kind::CompactDate => any.downcast_ref().map(TypedArray::Date),
                Kind::DateTime => any.downcast_ref().map(TypedArray::DateTime),
                Kind::Text => any.downcast_ref().map(TypedArray::Text),
            };
            typed.ok_or_else(|| {
                LakeError::Corrupt(format!("column `{}` is stored as {}", column.name, array.data_type()))
            })
        });
        Ok(Self { arrays: arrays.collect::<Result<_, _>>()?, rows: batch.num_rows() })
    }

    /// The cell at `row` of column `column`.
    pub(crate) fn cell(&self, row: usize, column: usize) -> Cell<'a> {
        self.arrays.get(column).map_or(Cell::Null, |array| array.cell(row))
    }

    /// The cells of a row.
    pub(crate) fn cells(&self, row: usize) -> impl Iterator<Item = Cell<'a>> {
        self.arrays.iter().map(move |array| array.cell(row))
    }
}

impl<'a> TypedArray<'a> {
    #[inline]
    fn cell(&self, row: usize) -> Cell<'a> {
        match self {
            TypedArray::Boolean(array) if array.is_valid(row) => Cell::Boolean(array.value(row)),
            TypedArray::Integer(array) if array.is_valid(row) => Cell::Integer(array.value(row)),
            TypedArray::Decimal(array) if array.is_valid(row) => Cell::Decimal(array.value(row)),
            TypedArray::Float(array) if array.is_valid(row) => Cell::Float(array.value(row)),
            TypedArray::Date(array) if array.is_valid(row) => Cell::Date(array.value(row)),
            TypedArray::DateTime(array) if array.is_valid(row) => Cell::DateTime(array.value(row)),
            TypedArray::Text(array) if array.is_valid(row) => Cell::Text(array.value(row)),
            _ => Cell::Null,
        }
    }
}
