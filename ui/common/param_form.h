// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "index/params.h"

#include <QWidget>

#include <span>
#include <vector>

class QFormLayout;

namespace annscope::ui {

/// A field for each declared parameter: a number with its range, or a tick for 0 and 1. The tooltip tells the
/// range, the default and what more of it does.
class ParamForm : public QWidget {
    Q_OBJECT
public:
    explicit ParamForm(QWidget* parent = nullptr);

    /// Makes the fields anew unless they are the same. Texts behind infos must live as long as the program.
    void setParams(std::span<const ParamInfo> infos);
    /// Shows the given values, and defaults for the rest. Emits nothing.
    void setValues(const ParamSet& values);
    std::size_t count() const { return m_infos.size(); }
    /// The spin box or check box of a parameter, or null.
    QWidget* field(std::string_view name) const;

    /// "Width of ... . 1 to 10,000, default 100."
    static QString help(const ParamInfo& info);

signals:
    /// A person changed a value.
    void changed(const ParamInfo& info, double value);

protected:
    /// The wheel scrolls the panel, not a value that merely lies under the pointer.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* createField(const ParamInfo& info);

    QFormLayout* m_layout;
    std::vector<ParamInfo> m_infos;
    std::vector<QWidget*> m_fields;
    bool m_updating = false;
};

} // namespace annscope::ui
