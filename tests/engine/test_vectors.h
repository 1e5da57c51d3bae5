// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/format.h"

#include <QString>
#include <vector>

namespace annscope::test {

inline std::vector<float> row_of(const VectorSet& vectors, std::size_t i) {
    std::vector<float> row(vectors.dim());
    vectors.copy_row(i, row.data());
    return row;
}

/// The first difference in words, empty: the rows of a, shifted, are the first rows of b.
inline QString difference(const VectorSet& a, const VectorSet& b, float shift = 0) {
    if (a.dim() != b.dim() || a.size() > b.size())
        return QString("%1 x %2 against %3 x %4").arg(a.size()).arg(a.dim()).arg(b.size()).arg(b.dim());
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto x = row_of(a, i), y = row_of(b, i);
        for (std::size_t j = 0; j < x.size(); ++j)
            if (x[j] + shift != y[j])
                return QString("row %1, column %2: %3 against %4")
                    .arg(i)
                    .arg(j)
                    .arg(double(x[j]))
                    .arg(double(y[j]));
    }
    return {};
}

/// What opening a file as vectors comes to: reading, and the pass over mapped values.
inline Status open_all(const std::filesystem::path& path, FileRole role = FileRole::Vectors) {
    auto contents = read_file(path, role, {});
    if (!contents)
        return contents.error();
    ANNSCOPE_TRY(check_finite(contents->base, path.string(), {}));
    return check_finite(contents->queries, path.string(), {});
}

} // namespace annscope::test
