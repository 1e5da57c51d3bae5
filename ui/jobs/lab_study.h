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
#include <vector>

namespace annscope::ui {

class JobRunner;

/// Studies a code step by step: at once on a small sample (interactive lane), then on a larger one, then all
/// codes of about as many bytes, one job each so that a build need not wait for all of them. A new wish
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

    static StudyOptions optionsOf(Stage stage, std::size_t dim, std::size_t k);

signals:
    void studied(annscope::ui::StudyPtr study, bool fine);
    void failed(const QString& sentence);
    /// What the table will hold; own: the row of the code that was asked for, or -1.
    void codesListed(const std::vector<annscope::ComparableCode>& codes, int own);
    void codeStudied(int row, annscope::ui::StudyPtr study);
    void codeFailed(int row, const QString& sentence);
    /// Nothing is under way any more, and all is shown.
    void finished();

private:
    using SamplePtr = std::shared_ptr<const StudySample>;
    using Samples = std::map<std::size_t, SamplePtr>; ///< by training rows
    struct Outcome {
        SamplePtr sample;
        StudyPtr study;
    };
    void studyOwn(Stage stage);
    void listCodes();
    void studyNext(std::size_t row);
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
};

} // namespace annscope::ui
