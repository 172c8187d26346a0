//! AWS: the price list's bulk offers as JSON and CSV ("Reading the service price list file for an AWS service", AWS Billing user
//! guide), and `aws ec2 describe-spot-price-history`.

mod offer_csv;
mod offer_json;
mod product;
mod spot;
mod taking;

use std::io::BufRead;

use self::taking::Taking;
use crate::gathered::Gathered;
use crate::{File, ImportError, Imported, Options, stream};

pub(crate) fn import<R: BufRead>(files: Vec<File<R>>, options: &Options) -> Result<Imported, ImportError> {
    let mut gathered = Gathered::of("aws");
    let mut history = spot::History::default();
    let mut versions = Vec::new();
    for File { name, mut content } in files {
        match stream::first_byte(&mut content, &name)? {
            None => {
                return Err(ImportError::Syntax { file: name, why: "it is empty".to_owned() });
            }
            Some(b'{') => {
                let taking = Taking::of(&mut gathered, options, &name);
                versions.extend(offer_json::read(content, taking, &mut history)?);
            }
            Some(_) => {
                let taking = Taking::of(&mut gathered, options, &name);
                versions.push(offer_csv::read(content, taking)?);
            }
        }
    }
    versions.sort();
    versions.dedup();
    let (mut taken, mut passed_over) = (gathered.taken, gathered.passed_over.clone());
    let mut lists = Vec::new();
    if let Some(spot) = history.gathered(options)? {
        taken += spot.taken;
        spot.passed_over.iter().for_each(|(why, count)| *passed_over.entry(why).or_default() += count);
        let how = history.source(options.spot);
        lists.extend(spot.list(how));
    }
    lists.extend(gathered.list(format!("AWS price list ({})", versions.join(", "))));
    Ok(Imported { lists, taken, passed_over })
}
