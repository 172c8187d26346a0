//! Which waivers hold for a change: those of the target's own `plimsoll.yaml`, never of what is promoted.

use application::{Application, FILE_NAME, Waiver};
use risk_rules::{RiskReport, WaiverOrigin, waive};
use source::{RepositoryFiles, SourceError};

use crate::failure::Failure;
use crate::given::Given;
use crate::session::{Input, Session};
use crate::today;

/// The waivers of the commit that a target was read from, if it was: another revision of the file, such as the one in the
/// working tree, says nothing of it. `argument` is what named the target.
pub(crate) fn of_commit(
    session: &Session,
    target: &Given,
    argument: Option<&str>,
) -> Result<Option<Vec<Waiver>>, Failure> {
    if target.commit().is_none() {
        return Ok(None);
    }
    let waivers = match target {
        Given::Rendered { files, found, .. } => {
            let path = found.recipe.path().unwrap_or_default();
            of_files(files, [found.found_by.at.file.as_ref(), path], target)?
        }
        Given::Manifests(_) => {
            match argument.map(|named| session.workspace.locate(named)).transpose()?.flatten() {
                Some(located) => of_files(&located.files, ["", &located.path], target)?,
                None => Vec::new(),
            }
        }
    };
    Ok(Some(waivers))
}

/// The file that lists the environment, else the nearest above it.
fn of_files(files: &RepositoryFiles, near: [&str; 2], target: &Given) -> Result<Vec<Waiver>, Failure> {
    let [listing, path] = near;
    let is_it = |file: &str| file.rsplit('/').next() == Some(FILE_NAME);
    let above = std::iter::successors(Some(path), |path| (!path.is_empty()).then(|| file_tree::parent(path)));
    let above = above.map(|directory| match directory {
        "" | "." => FILE_NAME.to_owned(),
        directory => format!("{directory}/{FILE_NAME}"),
    });
    let mut candidates = is_it(listing).then(|| listing.to_owned()).into_iter().chain(above);
    let Some((file, bytes)) = candidates.find_map(|path| Some((path.clone(), files.tree().file(&path)?)))
    else {
        return Ok(Vec::new());
    };
    let application = Application::read(bytes)
        .map_err(|error| SourceError::Application { file: files.show(&file), error })?;
    Ok(application.policy("", name(target)).waivers)
}

fn name(target: &Given) -> &str {
    target.environment().map_or("", |environment| &environment.name)
}

/// A report on two states (or one) without what is waived today where the change arrives: in the state before, if there is
/// one.
pub(crate) fn applied(
    session: &Session,
    report: RiskReport,
    before: Option<&Input>,
    after: &Input,
) -> Result<RiskReport, Failure> {
    let target = before.unwrap_or(after);
    let waivers = match of_commit(session, &target.given, Some(&target.argument))? {
        Some(waivers) => waivers,
        None => match session.workspace.application() {
            Some(application) => application.policy("", name(&target.given)).waivers,
            None => return Ok(report),
        },
    };
    let of_file = |waiver: &Waiver| risk_rules::Waiver::of(waiver, WaiverOrigin::Application, None);
    let waivers: Vec<risk_rules::Waiver> = waivers.iter().map(of_file).collect();
    let objects = before.into_iter().chain([after]).flat_map(|input| &input.objects);
    Ok(waive(report, &waivers, today::today()?, objects.map(|object| &object.key)))
}
