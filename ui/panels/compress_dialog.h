// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "quant/compress.h"
#include "ui/models/built_index.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace annscope::ui {

/// A data set of fewer vectors: to how many centroids, and into which files. A window of its own that blocks
/// nothing; who listens to compressRequested does the work.
class CompressDialog : public QWidget {
    Q_OBJECT
public:
    explicit CompressDialog(QWidget* parent = nullptr);

    /// folder: where the file is proposed, and what a relative name is relative to. The same data set again
    /// leaves the fields as they are; null closes the dialog.
    void setDataset(const DatasetPtr& dataset, const QString& folder);
    CompressOptions options() const;
    CompressFiles files() const;
    /// Why this cannot be written, in a sentence; empty where it can.
    QString problem() const;

    QSpinBox* countField() const { return m_count; }
    QLineEdit* fileField() const { return m_file; }
    QCheckBox* weightsBox() const { return m_weights; }
    QCheckBox* assignmentBox() const { return m_assignment; }
    QLabel* fileNote() const { return m_fileNote; }
    QPushButton* compressButton() const { return m_compress; }

signals:
    void compressRequested(const annscope::ui::DatasetPtr& dataset, const annscope::CompressOptions& options,
                           const annscope::CompressFiles& files);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void createFields();
    void arrange();
    void chooseFile();
    void proposeFile();
    void showState();
    QString absolutePath() const;
    QString beside(const QString& suffix) const;

    DatasetPtr m_dataset;
    QString m_folder;
    bool m_ownName = false; ///< the person named the file: it no longer follows the number of centroids
    QLabel *m_intro, *m_countNote, *m_fileNote, *m_alsoNote;
    QSpinBox* m_count;
    QLineEdit* m_file;
    QCheckBox *m_weights, *m_assignment;
    QPushButton* m_compress;
};

} // namespace annscope::ui
