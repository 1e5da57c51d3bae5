// SPDX-License-Identifier: Apache-2.0
#include "data/dataset.h"

#include "core/parallel.h"
#include "data/format.h"
#include "data/ground_truth.h"
#include "data/hold_out.h"
#include "data/reader.h"
#include "data/truth_cache.h"

#include <algorithm>
#include <atomic>

namespace annscope {
namespace {

constexpr std::size_t kCheckedQueries = 32;
constexpr std::size_t kCheckedAtOnce = std::size_t{64}
                                       << 20; // bytes of a mapped file whose values are checked at opening
constexpr double kWorthCaching = 1e7;         // multiply-adds; less is computed as quickly as it is looked up

std::string_view title(Metric metric) noexcept {
    switch (metric) {
    case Metric::L2:
        return "L2";
    case Metric::InnerProduct:
        return "inner product";
    case Metric::Cosine:
        return "cosine";
    }
    return "?";
}

Error error_in(const std::filesystem::path& path, ErrorCode code, const std::string& what) {
    return {code, path.string() + ": " + what};
}

std::string short_name(const std::filesystem::path& path) {
    const auto file = reader::split_object_path(path).file.lexically_normal();
    const auto last = file.has_filename() ? file : file.parent_path(); // "folder/"
    return last.stem().string();
}

/// Collects the parts of one data set; each step reads, checks or fills one of them.
class Opener {
public:
    Opener(const OpenOptions& options, const Control& control) : m_options(options), m_control(control) {}

    Result<Dataset> open() {
        if (m_options.base.empty())
            return Error{ErrorCode::InvalidArgument, "No file of base vectors was named."};
        ANNSCOPE_TRY(read_base());
        ANNSCOPE_TRY(read_queries());
        ANNSCOPE_TRY(read_truth());
        choose_metric();
        ANNSCOPE_TRY(check_vectors());
        ANNSCOPE_TRY(take_queries());
        ANNSCOPE_TRY(check_zero_rows());
        ANNSCOPE_TRY(check_file_truth());
        ANNSCOPE_TRY(compute_truth());
        return std::move(m_set);
    }

private:
    Result<FileContents> read(const std::filesystem::path& path, FileRole role) {
        ANNSCOPE_ASSIGN(FileContents contents, read_file(path, role, m_control));
        std::ranges::move(contents.warnings, std::back_inserter(m_set.warnings));
        return contents;
    }
    void warn(std::string sentence) { m_set.warnings.push_back(std::move(sentence)); }

    Status read_base() {
        ANNSCOPE_ASSIGN(FileContents contents, read(m_options.base, FileRole::Vectors));
        if (contents.base.empty())
            return error_in(m_options.base, ErrorCode::CorruptFile,
                            "the file holds no base vectors; at least one was expected.");
        m_set.name = short_name(m_options.base);
        m_set.source = m_options.base.string();
        m_set.base = std::move(contents.base);
        m_set.queries = std::move(contents.queries);
        m_set.truth = std::move(contents.truth);
        m_file_metric = contents.metric;
        const std::size_t rows = m_set.base.size();
        if (m_options.max_rows > 0 && m_options.max_rows < rows) {
            m_set.base = m_set.base.slice(0, m_options.max_rows);
            m_cut = true;
            warn("The first " + format_count(m_options.max_rows) + " of " + format_count(rows) +
                 " vectors are used" +
                 (m_set.truth.empty() ? "." : "; the file's truth, which is for all, is not."));
            m_set.truth = {};
        }
        return {};
    }

    Status read_queries() {
        if (m_options.queries.empty()) {
            m_set.queries_from = m_set.queries.empty() ? QueriesFrom::None : QueriesFrom::File;
            m_queries_path = m_options.base;
        } else {
            ANNSCOPE_ASSIGN(FileContents contents, read(m_options.queries, FileRole::Vectors));
            m_set.queries = std::move(contents.queries.empty() ? contents.base : contents.queries);
            m_set.queries_from = QueriesFrom::File;
            m_set.truth = {}; // it was for the queries of the base's file
            m_queries_path = m_options.queries;
        }
        if (!m_set.queries.empty() && m_set.queries.dim() != m_set.base.dim())
            return error_in(m_queries_path, ErrorCode::DimensionMismatch,
                            "the queries have " + format_count(m_set.queries.dim()) +
                                " dimensions, but the base vectors in " + m_options.base.string() + " have " +
                                format_count(m_set.base.dim()) + ".");
        return {};
    }

    Status read_truth() {
        if (m_options.truth.empty())
            return {};
        if (m_set.queries.empty())
            return error_in(m_options.truth, ErrorCode::InvalidArgument,
                            "a truth needs the queries that it belongs to; name their file, too.");
        if (m_cut) {
            warn("The truth in " + m_options.truth.string() + " is for all vectors and is not used.");
            return {};
        }
        ANNSCOPE_ASSIGN(FileContents contents, read(m_options.truth, FileRole::Truth));
        if (contents.truth.empty())
            return error_in(m_options.truth, ErrorCode::CorruptFile,
                            "the file holds no neighbours; a row of them for each query was expected.");
        m_set.truth = std::move(contents.truth);
        return {};
    }

    void choose_metric() {
        m_set.metric_from_file = m_file_metric && !m_options.metric;
        m_set.metric = m_options.metric.value_or(m_file_metric.value_or(Metric::L2));
        if (!m_file_metric || m_set.metric == *m_file_metric)
            return;
        const bool drop = !m_set.truth.empty() && m_options.truth.empty();
        warn("The file says " + std::string(title(*m_file_metric)) + ", but " +
             std::string(title(m_set.metric)) + " was chosen" +
             (drop ? "; the file's truth is not used." : "."));
        if (drop)
            m_set.truth = {};
    }

    /// Readers that convert have looked at each value already. A large mapped file opens at once: its values
    /// are checked when they are first read as a whole, by the truth (below) or a build (spec/builder.h).
    Status check_vectors() {
        if (m_set.base.mapped() && m_set.base.bytes() <= kCheckedAtOnce)
            ANNSCOPE_TRY(check_finite(m_set.base, m_options.base.string(), m_control));
        if (m_set.queries.mapped())
            ANNSCOPE_TRY(check_finite(m_set.queries, m_queries_path.string(), m_control));
        return {};
    }

    /// Cuts the queries to what was asked for, with their truth, or holds some out.
    Status take_queries() {
        const std::size_t most = m_options.max_queries > 0 ? m_options.max_queries : ~std::size_t{0};
        if (!m_set.queries.empty()) {
            ANNSCOPE_TRY(match_truth());
            if (most < m_set.queries.size()) {
                m_set.queries = m_set.queries.slice(0, most);
                cut_truth(most);
            }
            return {};
        }
        const std::size_t n = m_set.base.size();
        const std::size_t count = std::min({m_options.hold_out, n / 10, most});
        m_set.truth = {};
        if (count == 0) {
            if (m_options.hold_out > 0)
                warn("There are no queries, and " + format_count(n) +
                     " vectors are too few to hold some out.");
            return {};
        }
        ANNSCOPE_ASSIGN(HeldOut held, annscope::hold_out(m_set.base, count, m_options.seed));
        m_set.base = std::move(held.base);
        m_set.queries = std::move(held.queries);
        m_set.held_out = std::move(held.rows);
        if (m_set.base.mapped() && m_set.base.bytes() > kCheckedAtOnce)
            ANNSCOPE_TRY(check_finite(
                m_set.queries, m_options.base.string() + " (the vectors held out as queries)", m_control));
        m_set.queries_from = QueriesFrom::HeldOut;
        warn(format_count(count) + " of the " + format_count(n) + " vectors were held out as queries (seed " +
             std::to_string(m_options.seed) + "); the last vectors took their places.");
        return {};
    }

    /// A truth with another number of rows than there are queries belongs to other queries.
    Status match_truth() {
        if (m_set.truth.empty() || m_set.truth.queries == m_set.queries.size())
            return {};
        const std::string what = "the truth is for " + format_count(m_set.truth.queries) +
                                 " queries, but there are " + format_count(m_set.queries.size());
        if (!m_options.truth.empty())
            return error_in(m_options.truth, ErrorCode::DimensionMismatch, what + ".");
        warn(m_options.base.string() + ": " + what + "; it is not used.");
        m_set.truth = {};
        return {};
    }

    void cut_truth(std::size_t queries) {
        GroundTruth& truth = m_set.truth;
        if (truth.empty())
            return;
        truth.queries = queries;
        truth.ids.resize(queries * truth.k);
        truth.distances.resize(std::min(truth.distances.size(), queries * truth.k));
    }

    Status check_zero_rows() {
        if (m_set.metric != Metric::Cosine)
            return {};
        ANNSCOPE_TRY(count_zero_rows(m_set.base, "vectors"));
        return count_zero_rows(m_set.queries, "queries");
    }

    Status count_zero_rows(const VectorSet& vectors, const char* what) {
        std::atomic<std::size_t> zero{0};
        m_control.begin("Checking", vectors.size());
        ANNSCOPE_TRY(
            parallel_for(vectors.size(), 1024, m_control, [&](std::size_t begin, std::size_t end, int) {
                std::vector<float> row(vectors.dim());
                std::size_t count = 0;
                for (std::size_t i = begin; i < end; ++i) {
                    vectors.copy_row(i, row.data());
                    count += normalize(row.data(), row.size()) ? 0 : 1;
                }
                zero.fetch_add(count, std::memory_order_relaxed);
                m_control.advance(end - begin);
            }));
        if (zero > 0)
            warn(format_count(zero) + " of the " + format_count(vectors.size()) + " " + what +
                 " have length zero, which has no direction: their cosine with everything counts as 0.");
        return {};
    }

    /// Compares the file's truth with the data and brings its distances into this program's convention.
    Status check_file_truth() {
        if (m_set.truth.empty())
            return {};
        const auto& path = m_options.truth.empty() ? m_options.base : m_options.truth;
        if (m_set.truth.of_originals)
            return take_originals_truth(path);
        ANNSCOPE_ASSIGN(auto findings, check_truth(m_set, kCheckedQueries, m_control));
        const auto status =
            recompute_truth_distances(m_set.base, m_set.queries, m_set.metric, m_set.truth, m_control);
        if (!status && status.error().code != ErrorCode::InvalidArgument)
            return status;
        if (!status && !m_options.truth.empty())
            return error_in(path, ErrorCode::DimensionMismatch,
                            findings.empty() ? status.error().message : findings.front());
        for (std::string& finding : findings)
            warn(path.string() + ": " + finding);
        if (status) {
            m_set.truth_from = TruthFrom::File;
        } else {
            warn(path.string() + ": its truth is not used.");
            m_set.truth = {};
        }
        return {};
    }

    /// The distances of such a truth cannot be computed from the vectors that are here.
    Status take_originals_truth(const std::filesystem::path& path) {
        GroundTruth& truth = m_set.truth;
        const auto rows = static_cast<Id>(m_set.base.size());
        bool fits = std::ranges::all_of(truth.ids, [rows](Id id) { return id >= kNoId && id < rows; });
        for (float& distance : truth.distances)
            distance = m_set.metric == Metric::L2       ? distance * distance
                       : m_set.metric == Metric::Cosine ? distance - 1
                                                        : distance;
        for (std::size_t q = 0; q < truth.queries && fits; ++q)
            fits = std::ranges::is_sorted(truth.distances_of(q));
        if (!fits) {
            warn(path.string() +
                 ": its truth names vectors that are not there or is out of order; it is not used.");
            truth = {};
            return {};
        }
        warn(path.string() +
             ": its truth is that of the vectors before their expansion; answers are judged by ids.");
        m_set.truth_from = TruthFrom::File;
        return {};
    }

    Status compute_truth() {
        if (!m_options.compute_truth || !m_set.truth.empty() || m_set.queries.empty() ||
            m_options.truth_k == 0)
            return {};
        const std::size_t k = std::min(m_options.truth_k, m_set.base.size());
        const double work = static_cast<double>(m_set.base.size()) *
                            static_cast<double>(m_set.queries.size()) * static_cast<double>(m_set.base.dim());
        std::optional<TruthCache> cache;
        if (m_options.use_cache && work >= kWorthCaching) {
            ANNSCOPE_ASSIGN(cache, TruthCache::open(m_set.base, m_set.queries, m_set.metric, k, m_control));
            if (auto known = cache->load()) {
                m_set.truth = std::move(*known);
                m_set.truth_from = TruthFrom::Cache;
                return {};
            }
        }
        if (m_set.base.mapped() && m_set.base.bytes() > kCheckedAtOnce)
            ANNSCOPE_TRY(check_finite(m_set.base, m_options.base.string(), m_control));
        ANNSCOPE_ASSIGN(m_set.truth, exact_neighbours(m_set.base, m_set.queries, m_set.metric, k, m_control));
        m_set.truth_from = TruthFrom::Computed;
        if (cache)
            cache->store(m_set.truth);
        return {};
    }

    const OpenOptions& m_options;
    const Control& m_control;
    Dataset m_set;
    std::optional<Metric> m_file_metric;
    std::filesystem::path m_queries_path;
    bool m_cut = false; ///< not all rows are used
};

} // namespace

Result<Dataset> open_dataset(const OpenOptions& options, const Control& control) {
    try {
        return Opener(options, control).open();
    } catch (...) {
        return current_exception_error();
    }
}

} // namespace annscope
