// SPDX-License-Identifier: GPL-3.0-or-later
// Our indexes made of the very codebooks that libfaiss 1.7.3 trained on real vectors: they must hold the
// same codes and give the same answers as it did.
#include "faiss_parts.h"
#include "index_fixture.h"
#include "quant/fastscan.h"

#include <QTest>

#include <cmath>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kNeighbors = 10;
constexpr double kRounding = 1e-5;
constexpr double kTables = 0.03; // of 8 bits

struct File {
    const char* name;
    const char* factory;
    bool fast_scan;
};
constexpr File kFiles[] = {
    {"flat", "Flat", false},
    {"ivf_flat", "IVF64,Flat", false},
    {"sq8", "SQ8", false},
    {"ivf_sq8", "IVF64,SQ8", false},
    {"pq", "PQ16", false},
    {"ivf_pq", "IVF64,PQ16", false},
    {"opq_ivf_pq", "OPQ16,IVF64,PQ16", false},
    {"pq_fs", "PQ64x4fs", true},
    {"ivf_fs_rflat", "IVF64,PQ64x4fs,RFlat", true},
};

/// Rows as the codes see them: through the transforms, in double.
std::vector<float> transformed(const FaissIndex& index, const VectorSet& rows) {
    std::vector<float> all(rows.view<float>().row(0), rows.view<float>().row(0) + rows.size() * rows.dim());
    for (const FaissTransform& t : index.chain) {
        const auto in = static_cast<std::size_t>(t.d_in), out = static_cast<std::size_t>(t.d_out);
        std::vector<float> next(rows.size() * out);
        for (std::size_t i = 0; i < rows.size(); ++i)
            for (std::size_t a = 0; a < out; ++a) {
                double sum = t.has_bias ? t.bias[a] : 0.0;
                for (std::size_t b = 0; b < in; ++b)
                    sum += static_cast<double>(t.matrix[a * in + b]) * all[i * in + b];
                next[i * out + a] = static_cast<float>(sum);
            }
        all = std::move(next);
    }
    return all;
}

double squared_distance(const float* a, const float* b, std::size_t d) {
    double sum = 0;
    for (std::size_t j = 0; j < d; ++j)
        sum += (static_cast<double>(a[j]) - b[j]) * (static_cast<double>(a[j]) - b[j]);
    return sum;
}

bool close(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
}

} // namespace

class tst_faiss_files : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();

    void files_are_read_to_the_end_data() { rows(); }
    void files_are_read_to_the_end();
    void damaged_files_are_refused_data() { rows(); }
    void damaged_files_are_refused();
    void same_codes_data() { rows(); }
    void same_codes();
    void same_answers_data() { rows(); }
    void same_answers();
    void no_more_distortion_data() { rows(); }
    void no_more_distortion();
    void cells_are_as_tight();

private:
    static void rows() {
        QTest::addColumn<int>("file");
        for (std::size_t i = 0; i < std::size(kFiles); ++i)
            QTest::newRow(kFiles[i].name) << static_cast<int>(i);
    }
    /// Reads the row's file into m_theirs; false: nothing to test.
    bool read();
    /// Our index of its trained parts, filled with the base.
    Result<std::unique_ptr<Index>> filled();
    /// Our codes, in Faiss's layout.
    CodesById our_codes(const Index& index) const;
    /// Are two codes of one row equally near to it, or two cells? Says what differs, or nothing.
    QString code_difference(const FaissIndex& index, const CodesById& theirs, const CodesById& ours,
                            std::size_t id, const float* row) const;
    QString answer_difference(const Answer& ours, const FaissAnswer& theirs, std::size_t query) const;

    const File& file() const { return kFiles[m_row]; }

    VectorSet m_base, m_queries;
    std::size_t m_row = 0;
    std::unique_ptr<FaissIndexReader> m_reader;
};

void tst_faiss_files::initTestCase() {
    if (faiss_folder().empty() || !std::filesystem::exists(faiss_folder()))
        QSKIP("no real data here, set ANNSCOPE_DATA");
    const auto file = read_file(data_folder() / "sift-5k-128-euclidean.hdf5", FileRole::Vectors, {});
    QVERIFY(file.ok());
    m_base = file->base.to_float();
    m_queries = file->queries.to_float();
}

bool tst_faiss_files::read() {
    QFETCH(int, file);
    m_row = static_cast<std::size_t>(file);
    const auto path = faiss_folder() / (std::string(kFiles[m_row].name) + ".index");
    m_reader = std::make_unique<FaissIndexReader>(FaissFile(path));
    return m_reader->good();
}

Result<std::unique_ptr<Index>> tst_faiss_files::filled() {
    ANNSCOPE_ASSIGN(const IndexSpec spec, parse_spec(file().factory));
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> index, with_trained_parts(spec, m_reader->get()));
    ANNSCOPE_TRY(index->add(m_base, {}));
    return index;
}

void tst_faiss_files::files_are_read_to_the_end() {
    QVERIFY2(read(), qPrintable(m_reader->error()));
    QCOMPARE(m_reader->get().d, 128);
    QCOMPARE(m_reader->get().ntotal, std::int64_t{4900});
}

/// Cut anywhere, or with bytes of the first part changed: an error, or at least nothing worse.
void tst_faiss_files::damaged_files_are_refused() {
    QVERIFY(read());
    QFile in(QString::fromStdString((faiss_folder() / (std::string(file().name) + ".index")).string()));
    QVERIFY(in.open(QIODevice::ReadOnly));
    const QByteArray whole = in.readAll();
    for (qsizetype i = 0; i < 40; ++i) {
        const FaissIndexReader cut{FaissFile(whole.left(i < 20 ? i * 13 : i * (whole.size() - 1) / 39))};
        QVERIFY(!cut.good());
        QVERIFY(!cut.error().isEmpty());
    }
    for (qsizetype at = 0; at < 250; at += 3) {
        QByteArray changed = whole.left(1000000);
        changed[at] = static_cast<char>(changed[at] ^ 0xff);
        const FaissIndexReader reader{FaissFile(changed)};
        QVERIFY(reader.good() || !reader.error().isEmpty());
    }
}

CodesById tst_faiss_files::our_codes(const Index& index) const {
    std::string prefix;
    const FaissIndex& theirs = coded(m_reader->get(), &prefix);
    SectionWriter saved;
    const auto n = static_cast<std::size_t>(theirs.ntotal), d = static_cast<std::size_t>(theirs.d);
    CodesById out;
    if (!index.save(saved))
        return out;
    const auto values = [&]<class T>(const char* tag, T) {
        const auto& bytes = saved.sections[prefix + tag];
        std::vector<T> all(bytes.size() / sizeof(T));
        if (!all.empty())
            std::memcpy(all.data(), bytes.data(), all.size() * sizeof(T));
        return all;
    };
    const auto offsets = values("offsets", std::uint64_t{});
    const auto ids = values("ids", std::uint32_t{});
    const auto codes = values("codes", std::uint8_t{});
    out.code_size = codes_of(theirs).code_size;
    out.codes.resize(n * out.code_size);
    out.cells.resize(n);
    // Product codes lie side by side, what belongs to them behind all; scalar codes have it behind each.
    const std::size_t stride = theirs.pq.M > 0 ? out.code_size : codes.size() / n;
    const FastScanLayout layout(theirs.pq.M);
    std::size_t cell = 0;
    for (std::size_t i = 0; i < n; ++i) {
        while (i >= offsets[cell + 1])
            ++cell;
        const std::size_t id = ids.empty() ? i : ids[i];
        out.cells[id] = cell;
        std::uint8_t* to = out.codes.data() + id * out.code_size;
        if (theirs.block > 0)
            layout.fetch(codes.data(), i, to);
        else if (theirs.tag == "IwFl" && stride == d * sizeof(std::uint8_t)) // kept as bytes
            for (std::size_t j = 0; j < d; ++j) {
                const auto value = static_cast<float>(codes[i * stride + j]);
                std::memcpy(to + j * sizeof value, &value, sizeof value);
            }
        else
            std::memcpy(to, codes.data() + i * stride, out.code_size);
    }
    return out;
}

QString tst_faiss_files::code_difference(const FaissIndex& index, const CodesById& theirs,
                                         const CodesById& ours, std::size_t id, const float* row) const {
    const auto d = static_cast<std::size_t>(index.d);
    if (theirs.cells[id] != ours.cells[id]) {
        const double a = squared_distance(row, index.coarse->vectors.data() + theirs.cells[id] * d, d);
        const double b = squared_distance(row, index.coarse->vectors.data() + ours.cells[id] * d, d);
        return close(a, b, kRounding) ? QString()
                                      : QString("vector %1: cells at %2 and %3").arg(id).arg(a).arg(b);
    }
    if (std::equal(theirs.code(id), theirs.code(id) + theirs.code_size, ours.code(id)))
        return {};
    if (index.pq.M == 0)
        return QString("vector %1: other bytes").arg(id);
    // Other numbers are right where both centroids of a part are equally near, up to float32 rounding of
    // |x|^2 - 2 x c + |c|^2.
    CodesById pair{theirs.code_size, {}, {theirs.cells[id], theirs.cells[id]}};
    pair.codes.assign(theirs.code(id), theirs.code(id) + theirs.code_size);
    pair.codes.insert(pair.codes.end(), ours.code(id), ours.code(id) + ours.code_size);
    const std::vector<float> both = decoded(index, pair);
    const std::size_t dsub = d / index.pq.M;
    for (std::size_t j = 0; j < d; j += dsub) {
        const double a = squared_distance(row + j, both.data() + j, dsub);
        const double b = squared_distance(row + j, both.data() + d + j, dsub);
        const std::vector<float> zero(dsub);
        const double size = squared_distance(row + j, zero.data(), dsub) + a + b;
        if (std::abs(a - b) > 1e-6 * size)
            return QString("vector %1, part %2: theirs at %3, ours at %4")
                .arg(id)
                .arg(j / dsub)
                .arg(a)
                .arg(b);
    }
    return {};
}

void tst_faiss_files::same_codes() {
    QVERIFY(read());
    const FaissIndex& theirs = coded(m_reader->get());
    if (theirs.tag == "IxF2")
        return; // no codes
    const auto index = filled();
    if (!index && index.error().code == ErrorCode::Unsupported)
        QSKIP(qPrintable(QString("%1 is not built yet").arg(file().factory)));
    QVERIFY2(index.ok(), index.ok() ? "" : index.error().message.c_str());
    const CodesById expected = codes_of(theirs), got = our_codes(**index);
    QCOMPARE(got.codes.size(), expected.codes.size());
    const std::vector<float> base = transformed(m_reader->get(), m_base);
    std::size_t others = 0;
    for (std::size_t id = 0; id < m_base.size(); ++id) {
        const QString difference =
            code_difference(theirs, expected, got, id, base.data() + id * static_cast<std::size_t>(theirs.d));
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
        others += !std::equal(got.code(id), got.code(id) + got.code_size, expected.code(id));
    }
    qInfo("%s: %zu of %zu codes differ by ties", file().name, others, m_base.size());
    QVERIFY(others * 100 <= m_base.size());
}

/// Ids may change places, and leave at the end, where their distances are equal up to the tolerance.
QString tst_faiss_files::answer_difference(const Answer& ours, const FaissAnswer& theirs,
                                           std::size_t query) const {
    const double tolerance = file().fast_scan ? kTables : kRounding;
    const std::size_t first = query * kNeighbors;
    const double last = theirs.distances[first + kNeighbors - 1];
    for (std::size_t i = first; i < first + kNeighbors; ++i) {
        const double got = ours.distances[i], expected = theirs.distances[i];
        if (!close(got, expected, tolerance))
            return QString("query %1, rank %2: %3 against %4")
                .arg(query)
                .arg(i - first)
                .arg(got)
                .arg(expected);
        double rival = last;
        for (std::size_t j = first; j < first + kNeighbors; ++j)
            if (theirs.ids[j] == ours.ids[i])
                rival = theirs.distances[j];
        if (!close(got, rival, tolerance))
            return QString("query %1, rank %2: id %3 at %4, theirs is at %5")
                .arg(query)
                .arg(i - first)
                .arg(ours.ids[i])
                .arg(got)
                .arg(rival);
    }
    return {};
}

void tst_faiss_files::same_answers() {
    QVERIFY(read());
    const auto index = filled();
    if (!index && index.error().code == ErrorCode::Unsupported)
        QSKIP(qPrintable(QString("%1 is not built yet").arg(file().factory)));
    QVERIFY2(index.ok(), index.ok() ? "" : index.error().message.c_str());
    SearchParams params; // the defaults of Faiss
    for (const ParamInfo& info : (*index)->search_params())
        if (info.name == "nprobe" || info.name == "k_factor")
            params.set(std::string(info.name), 1);
    const auto all = test::search(**index, m_queries, kNeighbors, params);
    QVERIFY2(all.ok(), all.ok() ? "" : all.error().message.c_str());
    const FaissAnswer answer = faiss_answer(file().name);
    QCOMPARE(answer.ids.size(), m_queries.size() * kNeighbors);
    const FaissIndex& theirs = coded(m_reader->get());
    const auto d = static_cast<std::size_t>(theirs.d);
    // What our codes stand for, where the distances are to that.
    const bool of_codes = theirs.tag != "IxF2" && m_reader->get().tag != "IxRF";
    const std::vector<float> stands = of_codes ? decoded(theirs, our_codes(**index)) : std::vector<float>();
    const std::vector<float> seen = transformed(m_reader->get(), m_queries);
    double ours_off = 0, theirs_off = 0;
    std::size_t same = 0;
    double worst = 0;
    for (std::size_t q = 0; q < m_queries.size(); ++q) {
        const auto one = test::search(**index, m_queries.slice(q, 1), kNeighbors, params);
        QVERIFY(one.ok());
        for (std::size_t i = 0; i < kNeighbors; ++i) {
            const std::size_t at = q * kNeighbors + i;
            QCOMPARE(one->ids[i], all->ids[at]);
            QCOMPARE(one->distances[i], all->distances[at]);
            same += all->ids[at] == answer.ids[at];
            worst = std::max(worst, std::abs(double{all->distances[at]} / answer.distances[at] - 1));
            const auto off = [&](Id id, float distance) {
                const float* row = stands.data() + static_cast<std::size_t>(id) * d;
                return std::abs(distance / squared_distance(seen.data() + q * d, row, d) - 1);
            };
            if (of_codes) {
                ours_off = std::max(ours_off, off(all->ids[at], all->distances[at]));
                theirs_off = std::max(theirs_off, off(answer.ids[at], answer.distances[at]));
            }
        }
        const QString difference = answer_difference(*all, answer, q);
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
    qInfo("%s: %zu of %zu ids at the same rank, distances within %.2g; from those to the decoded codes ours "
          "are off by up to %.2g, those of Faiss by %.2g",
          file().name, same, answer.ids.size(), worst, ours_off, theirs_off);
    QVERIFY(same * 100 >= answer.ids.size() * 99); // the others by ties
    QVERIFY(ours_off <= (file().fast_scan ? kTables : kRounding));
}

/// Trained by ourselves at the same setting on the same rows, codes lose at most 1.01 times as much. The
/// range of scalar codes is that of the outermost residual, which another set of cells moves by more than
/// that.
void tst_faiss_files::no_more_distortion() {
    QVERIFY(read());
    const FaissIndex& theirs = coded(m_reader->get());
    if (theirs.tag == "IxF2" || theirs.tag == "IwFl")
        return; // nothing is lost
    const auto d = static_cast<std::size_t>(theirs.d);
    std::string factory = file().factory;
    if (m_reader->get().tag == "IxRF") // what it gives back are the vectors themselves
        factory.resize(factory.rfind(','));
    const auto ours = build(factory, m_base, Metric::L2);
    if (!ours && ours.error().code == ErrorCode::Unsupported)
        QSKIP(qPrintable(QString("%1 is not built yet").arg(file().factory)));
    QVERIFY2(ours.ok(), ours.ok() ? "" : ours.error().message.c_str());
    const std::vector<float> seen = transformed(m_reader->get(), m_base);
    const std::vector<float> back = decoded(theirs, codes_of(theirs));
    double expected = 0, got = 0;
    std::vector<float> row(m_base.dim());
    for (std::size_t id = 0; id < m_base.size(); ++id) {
        expected += squared_distance(seen.data() + id * d, back.data() + id * d, d);
        QVERIFY((*ours)->reconstruct(static_cast<Id>(id), row).ok());
        got += squared_distance(m_base.view<float>().row(id), row.data(), row.size());
    }
    qInfo("%s: distortion %.6g, that of Faiss %.6g: ratio %.4f", file().name,
          got / static_cast<double>(m_base.size()), expected / static_cast<double>(m_base.size()),
          got / expected);
    QVERIFY(got <= (theirs.tag == "IwSq" ? 1.05 : 1.01) * expected);
}

void tst_faiss_files::cells_are_as_tight() {
    const FaissIndexReader reader{FaissFile(faiss_folder() / "ivf_flat.index")};
    QVERIFY(reader.good());
    const auto ours = build("IVF64,Flat", m_base, Metric::L2);
    QVERIFY(ours.ok());
    const VectorView centroids = (*ours)->cells()->centroids();
    double expected = 0, got = 0;
    for (std::size_t id = 0; id < m_base.size(); ++id) {
        const float* row = m_base.view<float>().row(id);
        const auto nearest = [&](const auto& centroid) {
            double least = std::numeric_limits<double>::infinity();
            for (std::size_t cell = 0; cell < 64; ++cell)
                least = std::min(least, squared_distance(row, centroid(cell), m_base.dim()));
            return least;
        };
        const std::vector<float>& theirs = reader.get().coarse->vectors;
        expected += nearest([&](std::size_t cell) { return theirs.data() + cell * m_base.dim(); });
        got += nearest([&](std::size_t cell) { return centroids.row(cell); });
    }
    qInfo("squared distance to the centroid: ratio %.4f", got / expected);
    QVERIFY(got <= 1.01 * expected);
}

QTEST_GUILESS_MAIN(tst_faiss_files)
#include "tst_faiss_files.moc"
