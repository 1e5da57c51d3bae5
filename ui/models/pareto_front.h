// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <map>
#include <vector>

namespace annscope::ui {

/// The runs that no other matches in both recall and QPS, kept up to date as points come in.
/// Of two equal points the first stays. Adding costs O(log n) and what it pushes out.
class ParetoFront {
public:
    struct Change {
        bool entered = false;
        std::vector<qint64> left; ///< runs that the new one pushed out
    };
    Change add(qint64 id, double recall, double qps);

    struct Entry {
        qint64 id;
        double qps;
    };
    /// By ascending recall, and so by descending QPS.
    const std::map<double, Entry>& entries() const noexcept { return m_entries; }

private:
    std::map<double, Entry> m_entries;
};

inline ParetoFront::Change ParetoFront::add(qint64 id, double recall, double qps) {
    Change change;
    const auto better = m_entries.lower_bound(recall);
    if (better != m_entries.end() && better->second.qps >= qps)
        return change;
    change.entered = true;
    auto it = better != m_entries.end() && better->first == recall ? std::next(better) : better;
    while (it != m_entries.begin()) {
        const auto previous = std::prev(it);
        if (previous->second.qps > qps)
            break;
        change.left.push_back(previous->second.id);
        m_entries.erase(previous);
    }
    m_entries.emplace(recall, Entry{id, qps});
    return change;
}

} // namespace annscope::ui
