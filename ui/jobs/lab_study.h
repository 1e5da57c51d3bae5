// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/error.h"
#include "tune/comparable_codes.h"
#include "ui/models/built_index.h"
#include "ui/models/study.h"

#include <QHash>
#include <QObject>

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace annscope::ui {

class JobRunner;

/// Studies a code step by step: within about a second on a small sample, roughly learned (interactive lane),
/// then on all vectors or, of large sets, a large sample, then all codes of about as many bytes, the slow
/// ones last, one job each so that a build need not wait for all of them. A new wish
/// cancels what is under way; what was studied before is remembered while data and k stay.
class LabStudy : public QObject {
    Q_OBJECT
public:
    /// jobs must outlive this.
    explicit LabStudy(JobRunner* jobs, QObject* parent = nullptr);

    enum class Stage : quint8 { Quick, Fine };

    /// Forgets everything if they are others.
    void setData(const DatasetPtr& dataset, std::size_t k);
    void request(const Configuration& configuration);
    void stop();
    bool busy() const { return m_job != 0; }

    /// The rows that the stage takes for this code of n vectors.
    static StudyOptions optionsOf(Stage stage, const SpecNode& root, std::size_t n, std::size_t dim,
                                  std::size_t k);

signals:
    void studied(annscope::ui::StudyPtr study);
    void failed(const QString& sentence);
    /// What the table will hold; own: the row of the code that was asked for, or -1.
    void codesListed(const std::vector<annscope::ComparableCode>& codes, int own);
    void codeStudied(int row, annscope::ui::StudyPtr study);
    void codeFailed(int row, const QString& sentence);
    /// Nothing is under way any more, and all is shown.
    void finished();

private:
    using SamplePtr = std::shared_ptr<const StudySample>;
    using Samples = std::map<std::pair<std::size_t, std::size_t>, SamplePtr>; ///< by rows and training rows
    struct Outcome {
        SamplePtr sample;
        StudyPtr study;
    };
    void studyOwn(Stage stage);
    void listCodes();
    void studyNext(std::size_t place);
    void show(Stage stage, const StudyPtr& study);
    quint64 submit(Stage stage, const SpecNode& root, std::function<void(Result<Outcome>)> done);
    QString keyOf(Stage stage, const SpecNode& root) const;
    Samples& samples(Stage stage) { return stage == Stage::Quick ? m_quickSamples : m_fineSamples; }

    JobRunner* m_jobs;
    DatasetPtr m_dataset;
    std::size_t m_k = 0;
    std::optional<Configuration> m_wish;
    quint64 m_job = 0, m_wishes = 0;
    Samples m_quickSamples, m_fineSamples;
    QHash<QString, StudyPtr> m_known;
    std::vector<ComparableCode> m_codes;
    std::vector<std::size_t> m_order; ///< in which they are studied
};

} // namespace annscope::ui
