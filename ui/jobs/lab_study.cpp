// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/lab_study.h"

#include "spec/parser.h"
#include "ui/jobs/job_runner.h"

#include <algorithm>
#include <numeric>

namespace annscope::ui {
namespace {

constexpr qsizetype kRemembered = 300;

TrainingEffort effortOf(LabStudy::Stage stage) {
    return stage == LabStudy::Stage::Quick ? TrainingEffort::Rough : TrainingEffort::Full;
}

QString textOf(const SpecNode& root) {
    return QString::fromStdString(print(root));
}

} // namespace

LabStudy::LabStudy(JobRunner* jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {}

/// Work grows with rows x dimensions, so long vectors get fewer rows; a quick look at many centroids, too. A
/// rank that a sample tells is coarse by the number of vectors that one of it stands for, which flatters
/// recall: so the fine stage leaves none out unless there are very many.
StudyOptions LabStudy::optionsOf(Stage stage, const SpecNode& root, std::size_t n, std::size_t dim,
                                 std::size_t k) {
    const auto rows = [dim](std::size_t values, std::size_t least, std::size_t most) {
        return std::clamp(values / std::max<std::size_t>(dim, 1), least, most);
    };
    constexpr std::size_t kUsual = 256; // centroids
    const std::size_t much = std::max<std::size_t>(most_centroids(root) / kUsual, 1);
    StudyOptions options;
    options.k = k;
    if (stage == Stage::Quick) {
        options.rows = rows((std::size_t{1} << 22) / much, 4096, 16384);
        options.train_rows = training_rows_for(root, rows(std::size_t{1} << 21, 2560, 8192), effortOf(stage));
        options.queries = 64;
    } else {
        options.rows = rows(std::size_t{1} << 26, 8192, 65536);
        options.train_rows = training_rows_for(root, rows((std::size_t{1} << 24) / much, 10000, 32768));
        options.queries = 150;
    }
    options.rows = std::min(options.rows, n);
    options.train_rows = std::min(options.train_rows, n);
    return options;
}

void LabStudy::setData(const DatasetPtr& dataset, std::size_t k) {
    if (dataset == m_dataset && k == m_k)
        return;
    stop();
    m_dataset = dataset;
    m_k = k;
    m_quickSamples.clear();
    m_fineSamples.clear();
    m_known.clear();
}

void LabStudy::stop() {
    ++m_wishes;
    m_wish.reset();
    m_codes.clear();
    m_order.clear();
    if (m_job != 0)
        m_jobs->cancel(m_job);
    m_job = 0;
}

void LabStudy::request(const Configuration& configuration) {
    stop();
    if (!m_dataset)
        return;
    m_wish = configuration;
    const SpecNode& root = configuration.spec.root;
    if (m_known.contains(keyOf(Stage::Fine, root)))
        studyOwn(Stage::Fine);
    else
        studyOwn(Stage::Quick);
}

QString LabStudy::keyOf(Stage stage, const SpecNode& root) const {
    const CodeUnderStudy under = code_under_study(root);
    return QStringLiteral("%1|%2|%3|%4")
        .arg(int(stage))
        .arg(textOf(root), under.refiner ? textOf(*under.refiner) : QString(),
             QString::fromStdString(to_string(m_wish ? m_wish->build : ParamSet())));
}

quint64 LabStudy::submit(Stage stage, const SpecNode& root, std::function<void(Result<Outcome>)> done) {
    const StudyOptions options = optionsOf(stage, root, m_dataset->base.size(), m_dataset->dim(), m_k);
    const std::pair rows(options.rows, options.train_rows);
    const auto known = samples(stage).find(rows);
    SamplePtr sample = known == samples(stage).end() ? nullptr : known->second;
    const JobRunner::Work<Outcome> work =
        [dataset = m_dataset, root, build = m_wish->build, options, effort = effortOf(stage),
         sample = std::move(sample)](const Control& control) mutable -> Result<Outcome> {
        if (!sample) {
            ANNSCOPE_ASSIGN(StudySample drawn, draw_sample(*dataset, options, control));
            sample = std::make_shared<const StudySample>(std::move(drawn));
        }
        ANNSCOPE_ASSIGN(CodeStudy study, study_code(root, build, *sample, control, effort));
        return Outcome{sample, std::make_shared<const CodeStudy>(std::move(study))};
    };
    const JobRunner::Done<Outcome> arrived = [this, stage, rows, dataset = m_dataset, k = m_k,
                                              wish = m_wishes, key = keyOf(stage, root),
                                              done = std::move(done)](Result<Outcome> outcome) {
        if (outcome && dataset == m_dataset && k == m_k) {
            samples(stage)[rows] = outcome->sample;
            if (m_known.size() >= kRemembered)
                m_known.clear();
            m_known.insert(key, outcome->study);
        }
        if (wish != m_wishes)
            return;
        m_job = 0;
        done(std::move(outcome));
    };
    return m_jobs->submit<Outcome>(stage == Stage::Quick ? Lane::Interactive : Lane::Build,
                                   tr("Study %1").arg(textOf(root)), work, this, arrived);
}

void LabStudy::studyOwn(Stage stage) {
    const SpecNode root = m_wish->spec.root;
    const auto done = [this, stage](const Result<Outcome>& outcome) {
        if (!outcome) {
            if (outcome.error().code != ErrorCode::Cancelled)
                emit failed(QString::fromStdString(outcome.error().message));
            emit finished();
            return;
        }
        show(stage, outcome->study);
    };
    if (const StudyPtr known = m_known.value(keyOf(stage, root)))
        return show(stage, known);
    m_job = submit(stage, root, done);
}

void LabStudy::show(Stage stage, const StudyPtr& study) {
    const quint64 wish = m_wishes;
    emit studied(study);
    if (wish != m_wishes) // a listener wants another one
        return;
    if (stage == Stage::Quick)
        studyOwn(Stage::Fine);
    else
        listCodes();
}

void LabStudy::listCodes() {
    const SpecNode root = m_wish->spec.root;
    const JobRunner::Work<std::vector<ComparableCode>> work =
        [root, dataset = m_dataset](const Control&) -> Result<std::vector<ComparableCode>> {
        return comparable_codes(root, dataset->base.size(), dataset->dim(), dataset->metric);
    };
    const JobRunner::Done<std::vector<ComparableCode>> done = [this, root, wish = m_wishes](
                                                                  Result<std::vector<ComparableCode>> codes) {
        if (wish != m_wishes)
            return;
        m_job = 0;
        if (!codes) {
            emit finished();
            return;
        }
        m_codes = std::move(*codes);
        m_order.resize(m_codes.size());
        std::iota(m_order.begin(), m_order.end(), std::size_t{0});
        std::ranges::stable_sort(m_order, {}, [this](std::size_t i) { return study_work(m_codes[i].root); });
        const SpecNode& own = *code_under_study(root).code;
        const auto at = std::ranges::find(m_codes, own, &ComparableCode::root);
        emit codesListed(m_codes, at == m_codes.end() ? -1 : int(at - m_codes.begin()));
        if (wish == m_wishes)
            studyNext(0);
    };
    m_job = m_jobs->submit<std::vector<ComparableCode>>(Lane::Interactive, tr("List codes of equal size"),
                                                        work, this, done);
}

void LabStudy::studyNext(std::size_t place) {
    const quint64 wish = m_wishes;
    for (; place < m_order.size(); ++place) {
        const std::size_t row = m_order[place];
        const StudyPtr known = m_known.value(keyOf(Stage::Fine, m_codes[row].root));
        if (!known)
            break;
        emit codeStudied(int(row), known);
        if (wish != m_wishes) // a listener wants another one
            return;
    }
    if (place >= m_order.size()) {
        emit finished();
        return;
    }
    const std::size_t row = m_order[place];
    m_job = submit(Stage::Fine, m_codes[row].root, [this, row, place](const Result<Outcome>& outcome) {
        if (outcome)
            emit codeStudied(int(row), outcome->study);
        else
            emit codeFailed(int(row), QString::fromStdString(outcome.error().message));
        if (outcome || outcome.error().code != ErrorCode::Cancelled)
            studyNext(place + 1);
        else
            emit finished(); // cancelled in the list of jobs: that means the table, not its row
    });
}

} // namespace annscope::ui
