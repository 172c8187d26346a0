//! A bulk offer as CSV: five rows about the file, a header, and a row for each price of each product.

use std::io::BufRead;

use super::product::{Attributes, wanted};
use super::taking::{Rate, Taking, Term};
use crate::csv::{Columns, Rows};
use crate::{ImportError, price};

/// Reads an offer. What it is called is returned.
pub(super) fn read<R: BufRead>(content: R, mut taking: Taking<'_>) -> Result<String, ImportError> {
    let file = taking.file;
    let mut rows = Rows::of(content, file);
    let schema = |why: &str| ImportError::Schema { file: file.to_owned(), why: why.to_owned() };
    let (mut offer, mut version, mut is_dated) = (String::new(), String::new(), false);
    let header = loop {
        let row = rows.next()?.ok_or_else(|| schema("there is no row that begins with SKU"))?;
        match (row.first().map(String::as_str), row.get(1)) {
            (Some("SKU"), _) => break row,
            (Some("OfferCode"), Some(value)) => offer.clone_from(value),
            (Some("Version"), Some(value)) => version.clone_from(value),
            (Some("Publication Date"), Some(value)) => {
                taking.dated(value)?;
                is_dated = true;
            }
            (Some("FormatVersion" | "Disclaimer"), _) => {}
            _ => return Err(schema("a row about the file is not one of the five that AWS writes")),
        }
    };
    if !is_dated {
        return Err(schema("there is no Publication Date"));
    }
    let columns = Columns::of(&header);
    for needed in ["sku", "termtype", "unit", "priceperunit", "currency", "productfamily", "regioncode"] {
        if columns.find(needed).is_none() {
            return Err(schema(&format!("there is no column {needed}")));
        }
    }
    while let Some(row) = rows.next()? {
        if row.len() != columns.len() {
            let why = format!("a row has {} fields, and the header {}", row.len(), columns.len());
            return Err(ImportError::Syntax { file: file.to_owned(), why });
        }
        take(&mut taking, &columns, &row)?;
    }
    Ok(format!("{offer} {version}").trim().to_owned())
}

fn take(taking: &mut Taking<'_>, columns: &Columns, row: &[String]) -> Result<(), ImportError> {
    let field = |name: &str| columns.find(name).and_then(|at| row.get(at)).map_or("", String::as_str);
    let wanted = match wanted(field("productfamily"), &attributes(field)) {
        Ok(wanted) if taking.takes(&wanted) => wanted,
        Ok(_) => {
            taking.gathered.pass_over("of another region");
            return Ok(());
        }
        Err(why) => {
            taking.gathered.pass_over(why);
            return Ok(());
        }
    };
    let term = match field("termtype") {
        "OnDemand" => Some(Term::OnDemand),
        _ => Term::reserved(field("leasecontractlength"), field("offeringclass"), field("purchaseoption")),
    };
    let Some(term) = term else {
        taking.gathered.pass_over("a reservation of another form");
        return Ok(());
    };
    if !field("effectivedate").is_empty() {
        price::day(field("effectivedate"), taking.file, &taking.options.today)?;
    }
    let rate = Rate {
        sku: field("sku"),
        term,
        begin: field("startingrange"),
        unit: field("unit"),
        currency: field("currency"),
        price: field("priceperunit"),
    };
    taking.rate(&wanted, &rate)
}

fn attributes<'r>(field: impl Fn(&str) -> &'r str) -> Attributes {
    let text = |name: &str| field(name).to_owned();
    Attributes {
        servicecode: text("servicecode"),
        location_type: text("locationtype"),
        region_code: text("regioncode"),
        instance_type: text("instancetype"),
        vcpu: text("vcpu"),
        memory: text("memory"),
        gpu: text("gpu"),
        tenancy: text("tenancy"),
        operating_system: text("operatingsystem"),
        license_model: text("licensemodel"),
        usagetype: text("usagetype"),
        operation: text("operation"),
        capacitystatus: text("capacitystatus"),
        pre_installed_sw: text("preinstalledsw"),
        volume_api_name: text("volumeapiname"),
        marketoption: text("marketoption"),
    }
}
