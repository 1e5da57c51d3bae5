// SPDX-License-Identifier: GPL-3.0-or-later
// Scalar codes against files and answers of libfaiss 1.7.3 on real vectors, and against the library itself.
#include "core/topk.h"
#include "faiss_file.h"
#include "faiss_python.h"
#include "quant/scalar_quantizer.h"
#include "quant/sq_query.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kNeighbors = 10;

ScalarQuantizer read_quantizer(FaissFile& file, std::size_t dim) {
    const auto type = file.one<std::uint32_t>();
    file.one<std::uint32_t>(); // rangestat
    file.one<float>();
    file.one<std::uint64_t>(); // dim
    file.one<std::uint64_t>(); // bytes a code
    const auto ranges = file.many<float>();
    auto quantizer = ScalarQuantizer::restore(type == 0 ? SqType::Bits8 : SqType::Direct, dim, ranges);
    return quantizer ? *quantizer : ScalarQuantizer();
}

/// The first difference in words: ids may change places where distances are equal.
QString difference(const std::vector<Neighbor>& ours, const FaissAnswer& theirs, std::size_t query) {
    for (std::size_t i = 0; i < kNeighbors; ++i) {
        const std::size_t at = query * kNeighbors + i;
        const double expected = theirs.distances[at], got = ours[i].distance;
        if (std::abs(got - expected) > 1e-5 * expected)
            return QString("query %1, rank %2: %3 against %4").arg(query).arg(i).arg(got).arg(expected);
        if (ours[i].id != theirs.ids[at]) {
            bool tie = false;
            for (std::size_t other = 0; other < kNeighbors; ++other)
                tie |= other != i && std::abs(theirs.distances[query * kNeighbors + other] -
                                              theirs.distances[at]) <= 1e-5f * theirs.distances[at];
            if (!tie && i + 1 < kNeighbors)
                return QString("query %1, rank %2: id %3 against %4")
                    .arg(query)
                    .arg(i)
                    .arg(ours[i].id)
                    .arg(theirs.ids[at]);
        }
    }
    return {};
}

} // namespace

class tst_sq_faiss : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        if (faiss_folder().empty() || !std::filesystem::exists(faiss_folder()))
            QSKIP("no real data here, set ANNSCOPE_DATA");
        const auto file = read_file(data_folder() / "sift-5k-128-euclidean.hdf5", FileRole::Vectors, {});
        QVERIFY(file.ok());
        m_base = file->base.to_float();
        m_queries = file->queries.to_float();
    }

    /// Ranges, codes, ids and distances of SQ8 without lists.
    void flat() {
        FaissFile file(faiss_folder() / "sq8.index");
        QVERIFY(file.tag("IxSQ"));
        const auto header = file.header();
        const auto dim = static_cast<std::size_t>(header.dim), n = m_base.size();
        const ScalarQuantizer theirs = read_quantizer(file, dim);
        const auto codes = file.many<std::uint8_t>();
        QVERIFY(file.at_end());
        QCOMPARE(codes.size(), n * dim);

        ScalarQuantizer ours(SqType::Bits8, dim);
        QVERIFY(ours.train(m_base.view<float>(), {}).ok());
        QVERIFY(std::ranges::equal(ours.ranges(), theirs.ranges()));
        std::vector<std::uint8_t> encoded(n * dim);
        QVERIFY(ours.encode_all(m_base.view<float>(), encoded.data(), dim, {}).ok());
        QVERIFY(encoded == codes);

        const SqFilter none;
        SqQuery query(theirs, true, none);
        const FaissAnswer answer = faiss_answer("sq8");
        std::vector<float> distances(n);
        for (std::size_t q = 0; q < m_queries.size(); ++q) {
            query.set(m_queries.view<float>().row(q));
            query.enter(nullptr);
            query.distances(codes.data(), dim, n, distances.data());
            TopK best(kNeighbors);
            for (std::size_t i = 0; i < n; ++i)
                best.push(distances[i], static_cast<Id>(i));
            QCOMPARE(difference(drained(best), answer, q), QString());
        }
    }

    /// The same in 64 cells, by residual.
    void ivf() {
        FaissFile file(faiss_folder() / "ivf_sq8.index");
        QVERIFY(file.tag("IwSq"));
        const auto ivf = file.ivf();
        const auto dim = static_cast<std::size_t>(ivf.header.dim);
        const ScalarQuantizer quantizer = read_quantizer(file, dim);
        QCOMPARE(file.one<std::uint64_t>(), std::uint64_t{dim});
        QCOMPARE(int{file.one<std::uint8_t>()}, 1); // by residual
        const auto lists = file.lists();
        QVERIFY(file.at_end());

        ScalarQuantizer ours(SqType::Bits8, dim);
        std::vector<float> residuals(m_base.size() * dim);
        for (std::size_t cell = 0; cell < ivf.nlist; ++cell)
            for (const auto id : lists.ids[cell])
                for (std::size_t j = 0; j < dim; ++j)
                    residuals[static_cast<std::size_t>(id) * dim + j] =
                        m_base.view<float>().row(static_cast<std::size_t>(id))[j] -
                        ivf.centroids[cell * dim + j];
        QVERIFY(ours.train({residuals.data(), m_base.size(), dim}, {}).ok());
        QVERIFY(std::ranges::equal(ours.ranges(), quantizer.ranges()));

        const SqFilter none;
        SqQuery query(quantizer, true, none);
        const FaissAnswer answer = faiss_answer("ivf_sq8");
        std::vector<std::uint8_t> code(dim);
        for (std::size_t cell = 0; cell < ivf.nlist; ++cell)
            for (std::size_t i = 0; i < lists.ids[cell].size(); ++i) {
                quantizer.encode(residuals.data() + static_cast<std::size_t>(lists.ids[cell][i]) * dim,
                                 code.data());
                QVERIFY(std::equal(code.begin(), code.end(),
                                   lists.codes[cell].begin() + static_cast<std::ptrdiff_t>(i * dim)));
            }
        for (std::size_t q = 0; q < m_queries.size(); ++q) {
            const float* values = m_queries.view<float>().row(q);
            TopK cells(ivf.nprobe);
            for (std::size_t cell = 0; cell < ivf.nlist; ++cell) {
                double distance = 0;
                for (std::size_t j = 0; j < dim; ++j)
                    distance += std::pow(static_cast<double>(values[j] - ivf.centroids[cell * dim + j]), 2);
                cells.push(static_cast<float>(distance), static_cast<Id>(cell));
            }
            std::vector<Neighbor> probes(ivf.nprobe);
            cells.drain(probes);
            query.set(values);
            TopK best(kNeighbors);
            for (const Neighbor& probe : probes) {
                const auto cell = static_cast<std::size_t>(probe.id);
                query.enter(ivf.centroids.data() + cell * dim);
                std::vector<float> distances(lists.ids[cell].size());
                query.distances(lists.codes[cell].data(), dim, distances.size(), distances.data());
                for (std::size_t i = 0; i < distances.size(); ++i)
                    best.push(distances[i], lists.ids[cell][i]);
            }
            QCOMPARE(difference(drained(best), answer, q), QString());
        }
    }

    /// Ranges, codes and decoded vectors of the library here, where it is installed.
    void library_data() {
        QTest::addColumn<QString>("constant");
        for (const char* name : {"SQ8", "SQ6", "SQ4", "SQfp16"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void library() {
        QFETCH(QString, constant);
        if (!have_faiss())
            QSKIP("libfaiss' Python module is not installed");
        const QTemporaryDir folder;
        const std::size_t n = 500, dim = 128;
        const auto path = folder.filePath("base.f32");
        {
            QFile out(path);
            QVERIFY(out.open(QIODevice::WriteOnly));
            for (std::size_t i = 0; i < n; ++i) // fractions, so that rounding counts
                for (std::size_t j = 0; j < dim; ++j) {
                    const float v = m_base.view<float>().row(i)[j] * 0.37f - 11.0f;
                    out.write(reinterpret_cast<const char*>(&v), sizeof v);
                }
        }
        const QString types = "{'SQ8':'QT_8bit','SQ6':'QT_6bit','SQ4':'QT_4bit','SQfp16':'QT_fp16'}";
        const auto printed =
            run_python(QString("import faiss, numpy as np\n"
                               "x = np.fromfile('%1', 'f4').reshape(-1, 128)\n"
                               "s = faiss.ScalarQuantizer(128, getattr(faiss.ScalarQuantizer, %2['%3']))\n"
                               "s.train(x[:400]); c = s.compute_codes(x)\n"
                               "c.tofile('%4'); s.decode(c).tofile('%5')\n"
                               "faiss.vector_to_array(s.trained).astype('f4').tofile('%6')\n")
                           .arg(path, types, constant, folder.filePath("codes"), folder.filePath("decoded"),
                                folder.filePath("ranges")));
        QVERIFY(printed.has_value());
        const auto bytes = [&](const char* name) {
            QFile in(folder.filePath(name));
            return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
        };
        std::vector<float> rows(n * dim);
        const QByteArray base = bytes("base.f32");
        std::memcpy(rows.data(), base.constData(), rows.size() * sizeof(float));
        ScalarQuantizer ours(*parse_sq_type(constant.toStdString()), dim);
        QVERIFY(ours.train({rows.data(), 400, dim}, {}).ok());
        QVERIFY(QByteArray(reinterpret_cast<const char*>(ours.ranges().data()),
                           static_cast<int>(ours.ranges().size_bytes())) == bytes("ranges"));
        std::vector<std::uint8_t> codes(n * ours.code_size());
        QVERIFY(ours.encode_all({rows.data(), n, dim}, codes.data(), ours.code_size(), {}).ok());
        QVERIFY(QByteArray(reinterpret_cast<const char*>(codes.data()), static_cast<int>(codes.size())) ==
                bytes("codes"));
        const QByteArray decoded = bytes("decoded");
        QCOMPARE(static_cast<std::size_t>(decoded.size()), n * dim * sizeof(float));
        std::vector<float> back(dim);
        for (std::size_t i = 0; i < n; ++i) {
            ours.decode(codes.data() + i * ours.code_size(), back.data());
            for (std::size_t j = 0; j < dim; ++j) {
                float expected;
                std::memcpy(&expected, decoded.constData() + (i * dim + j) * sizeof(float), sizeof expected);
                QVERIFY(std::abs(back[j] - expected) <= 2e-6f * std::max(1.0f, std::abs(expected)));
            }
        }
    }

private:
    static std::vector<Neighbor> drained(TopK& best) {
        std::vector<Neighbor> out(kNeighbors);
        best.drain(out);
        return out;
    }

    VectorSet m_base, m_queries;
};

QTEST_GUILESS_MAIN(tst_sq_faiss)
#include "tst_sq_faiss.moc"
