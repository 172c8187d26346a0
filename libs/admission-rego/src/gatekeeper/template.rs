//! A ConstraintTemplate, `v1` and `v1beta1`.

use admission_cel::Validations;
use kube_model::Object;
use serde_json::{Value, json};

use crate::program::Program;
use crate::steps::Limit;

#[derive(Debug)]
pub(super) struct Template {
    /// The kind of its constraints.
    pub(super) kind: String,
    pub(super) code: Code,
    /// Whether it looks at other objects than the one at hand.
    pub(super) reads_inventory: bool,
}

#[derive(Debug)]
pub(super) enum Code {
    /// The package has `data.` before it.
    Rego {
        program: Box<Program>,
        package: String,
    },
    Native(Box<Validations>),
}

impl Template {
    pub(super) fn read(object: &Object, inventory: &Value, limit: Limit) -> Result<Self, String> {
        let kind = object
            .text(&["spec", "crd", "spec", "names", "kind"])
            .ok_or("spec.crd.spec.names.kind is missing")?
            .to_owned();
        let target = object
            .at(&["spec", "targets"])
            .and_then(|targets| targets.get(0))
            .ok_or("spec.targets is empty")?;
        let code = target.get("code").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let engine = |name: &str| {
            let is_it = |one: &&Value| one.get("engine").and_then(Value::as_str) == Some(name);
            code.iter().find(is_it).and_then(|one| one.get("source"))
        };
        // Of both Gatekeeper takes the native one, which is the faster.
        if let Some(source) = engine("K8sNativeValidation") {
            let code = Code::Native(Box::new(Validations::read(source)?));
            return Ok(Self { kind, code, reads_inventory: false });
        }
        let source = engine("Rego").unwrap_or(target);
        let rego = source.get("rego").and_then(Value::as_str).ok_or("it has no Rego and no expressions")?;
        let mut program = Program::new(limit);
        let mut reads_inventory = rego.contains("data.inventory");
        let package = program.add("rego", rego).map_err(|error| error.to_string())?;
        let libs = source.get("libs").and_then(Value::as_array).into_iter().flatten();
        for (index, lib) in libs.filter_map(Value::as_str).enumerate() {
            reads_inventory |= lib.contains("data.inventory");
            program.add(&format!("libs[{index}]"), lib).map_err(|error| error.to_string())?;
        }
        if reads_inventory {
            program.add_data(&json!({"inventory": inventory})).map_err(|error| error.to_string())?;
        }
        let code = Code::Rego { program: Box::new(program), package };
        Ok(Self { kind, code, reads_inventory })
    }
}
