// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/format.h"
#include "faiss_python.h"
#include "index_fixture.h"
#include "quant/product_quantizer.h"
#include "test_data.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <thread>

using namespace annscope;
using namespace annscope::test;

namespace {

double squared(const float* a, const float* b, std::size_t dim) {
    double sum = 0;
    for (std::size_t j = 0; j < dim; ++j) {
        const double difference = static_cast<double>(a[j]) - static_cast<double>(b[j]);
        sum += difference * difference;
    }
    return sum;
}

/// Trained on random rows about `offset`.
struct Trained {
    VectorSet rows;
    ProductQuantizer pq;
};
Result<Trained> trained(std::size_t n, std::size_t dim, std::size_t M, std::size_t nbits, float offset = 0,
                        int threads = 0) {
    AlignedBuffer<float> values(n * dim);
    Random random(n + dim);
    for (float& v : values)
        v = offset + static_cast<float>(random.normal());
    Trained out{VectorSet::adopt(std::move(values), n, dim), {}};
    ANNSCOPE_ASSIGN(out.pq, ProductQuantizer::create(dim, M, nbits));
    Control control;
    control.threads = threads;
    ANNSCOPE_TRY(out.pq.train(out.rows.view<float>(), {}, control));
    return out;
}

std::string message_of(const Status& status) {
    return status ? "" : status.error().message;
}

} // namespace

class TestProductQuantizer : public QObject {
    Q_OBJECT

private slots:
    void codesAreThoseOfFaiss();
    void codesAreTheNearestCentroids_data();
    void codesAreTheNearestCentroids();
    void equalCentroidsGiveTheFirst();
    void sixteenBits();
    void tablesAddUpToDistances();
    void trainingIsTheSameForAnyThreads();
    void trainingSeesFarAwayValues();
    void fewValuesWasteNoCentroid();
    void progressReachesItsEnd();
    void errorsSayWhatToChoose();
    void badCodebooks();
    void cancelAnswersQuickly();
    void distortionIsAtMostThatOfFaiss_data();
    void distortionIsAtMostThatOfFaiss();
};

void TestProductQuantizer::codesAreThoseOfFaiss() {
    // formats.md 2.2: 4 bits, sub-quantiser 0 in the low nibble; other widths run on without gaps.
    const std::uint32_t four[] = {1, 2, 15};
    std::uint8_t code[8] = {};
    pack_code(four, 3, 4, code);
    QCOMPARE(code[0], std::uint8_t{0x21});
    QCOMPARE(code[1], std::uint8_t{0x0f});
    const std::uint32_t ten[] = {0x3ff, 0x001, 0x2aa};
    pack_code(ten, 3, 10, code);
    QCOMPARE(code[0], std::uint8_t{0xff});
    QCOMPARE(code[1], std::uint8_t{0x07}); // 2 bits of the first, then the second's lowest
    QCOMPARE(code[2], std::uint8_t{0xa0}); // 4 zeros of the second, then 1010
    QCOMPARE(code[3], std::uint8_t{0x2a});
    const std::uint32_t eight[] = {7, 9};
    pack_code(eight, 2, 8, code);
    QCOMPARE(code[0], std::uint8_t{7});
    QCOMPARE(code[1], std::uint8_t{9});
}

void TestProductQuantizer::codesAreTheNearestCentroids_data() {
    QTest::addColumn<int>("M");
    QTest::addColumn<int>("nbits");
    QTest::addColumn<float>("offset");
    for (const auto& [M, nbits] : {std::pair{1, 4}, {2, 1}, {3, 3}, {6, 8}, {12, 4}, {4, 10}, {6, 5}})
        for (const float offset : {0.0f, 1000.0f})
            QTest::addRow("PQ%dx%d %g", M, nbits, static_cast<double>(offset)) << M << nbits << offset;
}

void TestProductQuantizer::codesAreTheNearestCentroids() {
    QFETCH(int, M);
    QFETCH(int, nbits);
    QFETCH(float, offset);
    constexpr std::size_t kDim = 12;
    const auto made =
        trained(1100, kDim, static_cast<std::size_t>(M), static_cast<std::size_t>(nbits), offset);
    QVERIFY(made.ok());
    const ProductQuantizer& pq = made->pq;
    const VectorView rows = made->rows.view<float>();
    QCOMPARE(pq.code_size(), static_cast<std::size_t>((M * nbits + 7) / 8));
    std::vector<std::uint8_t> codes(rows.rows() * pq.code_size() + 1, 0xee), alone(pq.code_size());
    QVERIFY(pq.encode(rows, codes, {}).ok());
    QCOMPARE(codes.back(), std::uint8_t{0xee});
    std::vector<float> decoded(kDim);
    double sum = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const std::uint8_t* code = codes.data() + i * pq.code_size();
        pq.encode_block(rows.rows(i, 1), alone.data());
        QVERIFY(std::equal(alone.begin(), alone.end(), code));
        pq.decode(code, decoded.data());
        double least = 0;
        for (std::size_t m = 0; m < pq.M(); ++m) {
            const float* part = rows.row(i) + m * pq.dsub();
            double low = squared(part, pq.centroids(m).row(0), pq.dsub());
            for (std::size_t c = 1; c < pq.ksub(); ++c)
                low = std::min(low, squared(part, pq.centroids(m).row(c), pq.dsub()));
            least += low;
            const std::uint32_t number = code_number(code, m, pq.nbits());
            QVERIFY(number < pq.ksub());
            QVERIFY(std::equal(decoded.begin() + static_cast<std::ptrdiff_t>(m * pq.dsub()),
                               decoded.begin() + static_cast<std::ptrdiff_t>((m + 1) * pq.dsub()),
                               pq.centroids(m).row(number)));
        }
        const double error = squared(rows.row(i), decoded.data(), kDim);
        QVERIFY2(error <= least + 1e-5 * (1 + least), qPrintable(QString("%1 %2").arg(error).arg(least)));
        sum += error;
    }
    const auto distortion = pq.distortion(rows, {});
    QVERIFY(distortion.ok());
    const double mean = sum / static_cast<double>(rows.rows());
    QVERIFY(std::abs(*distortion - mean) <= 1e-5 * (1e-3 + mean));
}

void TestProductQuantizer::equalCentroidsGiveTheFirst() {
    const std::vector<float> centroids(2 * 16 * 3, 1.5f);
    const auto pq = ProductQuantizer::from_centroids(6, 2, 4, centroids);
    QVERIFY(pq.ok());
    const float row[6] = {1, 2, 3, 4, 5, 6};
    std::uint8_t code = 0xff;
    pq->encode_block({row, 1, 6}, &code);
    QCOMPARE(code, std::uint8_t{0});
}

void TestProductQuantizer::sixteenBits() {
    std::vector<float> centroids(2 * 65536);
    for (std::size_t c = 0; c < 65536; ++c) {
        centroids[c] = static_cast<float>(c);
        centroids[65536 + c] = -static_cast<float>(c);
    }
    const auto pq = ProductQuantizer::from_centroids(2, 2, 16, centroids);
    QVERIFY(pq.ok());
    const float row[2] = {54321.2f, -777.3f};
    std::uint8_t code[4];
    pq->encode_block({row, 1, 2}, code);
    QCOMPARE(code_number(code, 0, 16), 54321u);
    QCOMPARE(code_number(code, 1, 16), 777u);
    std::vector<float> table(pq->table_size()), decoded(2);
    pq->l2_table(row, table.data());
    pq->decode(code, decoded.data());
    const double distance = squared(row, decoded.data(), 2);
    QVERIFY(std::abs(static_cast<double>(pq->lookup(table.data(), code)) - distance) <=
            1e-2 * (1 + distance));
    QVERIFY(!ProductQuantizer::create(4, 2, 17).ok());
}

void TestProductQuantizer::tablesAddUpToDistances() {
    for (const std::size_t nbits : {3u, 4u, 8u, 9u}) {
        const auto made = trained(700, 20, 5, nbits, 2);
        QVERIFY(made.ok());
        const ProductQuantizer& pq = made->pq;
        const VectorView rows = made->rows.view<float>();
        std::vector<std::uint8_t> codes(rows.rows() * pq.code_size());
        QVERIFY(pq.encode(rows, codes, {}).ok());
        std::vector<float> l2(pq.table_size()), ip(pq.table_size()), a(20), b(20);
        std::vector<float> all_l2(rows.rows()), all_ip(rows.rows());
        const float* query = rows.row(699);
        pq.l2_table(query, l2.data());
        pq.ip_table(query, ip.data());
        pq.lookup(l2.data(), codes.data(), rows.rows(), all_l2.data());
        pq.lookup(ip.data(), codes.data(), rows.rows(), all_ip.data());
        pq.decode(codes.data() + 3 * pq.code_size(), b.data());
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            const std::uint8_t* code = codes.data() + i * pq.code_size();
            pq.decode(code, a.data());
            const double distance = squared(query, a.data(), 20);
            double inner = 0;
            for (std::size_t j = 0; j < 20; ++j)
                inner += static_cast<double>(query[j]) * static_cast<double>(a[j]);
            QVERIFY(std::abs(static_cast<double>(all_l2[i]) - distance) <= 1e-5 * (1 + distance));
            QVERIFY(std::abs(static_cast<double>(all_ip[i]) - inner) <= 1e-4);
            QCOMPARE(pq.lookup(l2.data(), code), all_l2[i]);
            const double between = squared(a.data(), b.data(), 20);
            const double symmetric = pq.symmetric_l2(code, codes.data() + 3 * pq.code_size());
            QVERIFY(std::abs(symmetric - between) <= 1e-5 * (1 + between));
        }
    }
}

void TestProductQuantizer::trainingIsTheSameForAnyThreads() {
    const auto one = trained(9000, 12, 3, 6, 0, 1), four = trained(9000, 12, 3, 6, 0, 4);
    QVERIFY(one.ok() && four.ok());
    QVERIFY(std::ranges::equal(one->pq.centroids(), four->pq.centroids()));
    auto other = ProductQuantizer::create(12, 3, 6);
    QVERIFY(other.ok() && other->train(one->rows.view<float>(), {.seed = 99}, {}).ok());
    QVERIFY(!std::ranges::equal(one->pq.centroids(), other->centroids()));
}

void TestProductQuantizer::trainingSeesFarAwayValues() {
    // The same rows, moved by 4,096, lose as little: products of such values alone would drown the rest.
    const auto near = trained(3000, 8, 4, 6), far = trained(3000, 8, 4, 6, 4096);
    QVERIFY(near.ok() && far.ok());
    const auto a = near->pq.distortion(near->rows.view<float>(), {}),
               b = far->pq.distortion(far->rows.view<float>(), {});
    QVERIFY(a.ok() && b.ok());
    QVERIFY2(*b < 1.05 * *a, qPrintable(QString("%1 %2").arg(*a).arg(*b)));
}

void TestProductQuantizer::fewValuesWasteNoCentroid() {
    // As many different values as centroids, very unequally often: each gets its own.
    std::vector<float> values(4000, 5.0f);
    for (std::size_t i = 0; i < 15; ++i)
        values[i * 200] = static_cast<float>(10 * i) + 0.5f;
    auto pq = ProductQuantizer::create(1, 1, 4);
    QVERIFY(pq.ok());
    QVERIFY(pq->train({values.data(), values.size(), 1}, {}, {}).ok());
    QVERIFY(*pq->distortion({values.data(), values.size(), 1}, {}) < 1e-9);
    // Fewer different values than centroids are no trouble.
    const std::vector<float> equal(640, 3.0f);
    auto same = ProductQuantizer::create(2, 2, 5);
    QVERIFY(same.ok() && same->train({equal.data(), 320, 2}, {}, {}).ok());
    QVERIFY(*same->distortion({equal.data(), 320, 2}, {}) < 1e-9);
}

void TestProductQuantizer::progressReachesItsEnd() {
    Progress progress;
    Control control;
    control.progress = &progress;
    const VectorSet rows = random_set(ElementType::F32, 6000, 6, 3);
    auto pq = ProductQuantizer::create(6, 3, 3);
    QVERIFY(pq.ok() && pq->train(rows.view<float>(), {.niter = 7}, control).ok());
    QCOMPARE(progress.done.load(), progress.total.load());
    QVERIFY(progress.total.load() > 0);
    QCOMPARE(std::string(progress.phase.load()), std::string("Training the code"));
}

void TestProductQuantizer::errorsSayWhatToChoose() {
    const auto uneven = ProductQuantizer::create(100, 16, 8);
    QVERIFY(!uneven.ok() && uneven.error().code == ErrorCode::InvalidArgument);
    QVERIFY2(uneven.error().message.find("10 or 20") != std::string::npos, uneven.error().message.c_str());
    const auto many = ProductQuantizer::create(7, 16, 8);
    QVERIFY2(!many.ok() && many.error().message.find("such as 7.") != std::string::npos,
             many.error().message.c_str());
    QVERIFY(!ProductQuantizer::create(8, 0, 8).ok());
    QVERIFY(!ProductQuantizer::create(8, 2, 0).ok());
    const VectorSet rows = random_set(ElementType::F32, 100, 8, 3);
    auto pq = ProductQuantizer::create(8, 4, 8);
    QVERIFY(pq.ok());
    const Status few = pq->train(rows.view<float>(), {}, {});
    QVERIFY(!few.ok() && few.error().code == ErrorCode::InvalidArgument);
    QVERIFY2(message_of(few).find("100 training vectors") != std::string::npos, message_of(few).c_str());
    QVERIFY2(message_of(few).find("PQ4x6") != std::string::npos, message_of(few).c_str());
    QVERIFY(!pq->trained());
    auto wide = ProductQuantizer::create(9, 3, 4);
    const Status mismatch = wide->train(rows.view<float>(), {}, {});
    QVERIFY(!mismatch.ok() && mismatch.error().code == ErrorCode::DimensionMismatch);
}

void TestProductQuantizer::badCodebooks() {
    std::vector<float> centroids(8 * 16, 1.0f);
    QVERIFY(ProductQuantizer::from_centroids(8, 2, 4, centroids).ok());
    const auto longer = ProductQuantizer::from_centroids(4, 2, 4, centroids);
    QVERIFY(!longer.ok() && longer.error().code == ErrorCode::CorruptFile);
    centroids[7] = std::nanf("");
    const auto nan = ProductQuantizer::from_centroids(8, 2, 4, centroids);
    QVERIFY(!nan.ok() && nan.error().code == ErrorCode::CorruptFile);
}

void TestProductQuantizer::cancelAnswersQuickly() {
    const VectorSet rows = random_set(ElementType::F32, 20000, 64, 3);
    auto pq = ProductQuantizer::create(64, 16, 8);
    QVERIFY(pq.ok());
    std::stop_source stop;
    Control control;
    control.stop = stop.get_token();
    control.threads = 2;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        stop.request_stop();
    });
    const Status status = pq->train(rows.view<float>(), {.niter = 1000000}, control); // days
    QVERIFY(!status.ok() && status.error().code == ErrorCode::Cancelled);
    QVERIFY(!pq->trained());
}

void TestProductQuantizer::distortionIsAtMostThatOfFaiss_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("M");
    QTest::addColumn<int>("nbits");
    QTest::addRow("sift PQ16") << "sift-5k-128-euclidean.hdf5" << 16 << 8;
    QTest::addRow("sift PQ32x6") << "sift-5k-128-euclidean.hdf5" << 32 << 6;
    QTest::addRow("sift PQ64x4") << "sift-5k-128-euclidean.hdf5" << 64 << 4;
    QTest::addRow("letter PQ4x5") << "letter-16-euclidean.hdf5" << 4 << 5;
}

void TestProductQuantizer::distortionIsAtMostThatOfFaiss() {
    QFETCH(QString, file);
    QFETCH(int, M);
    QFETCH(int, nbits);
    if (data_folder().empty())
        QSKIP("no real data here, set ANNSCOPE_DATA");
    if (!have_faiss())
        QSKIP("no faiss for Python here");
    const std::filesystem::path path = data_folder() / file.toStdString();
    const auto contents = read_file(path, FileRole::Vectors, {});
    QVERIFY(contents.ok());
    const VectorSet base = contents->base.to_float();
    const QString script =
        QStringLiteral("import faiss, h5py, numpy as np\n"
                       "x = h5py.File('%1')['train'][:].astype('float32')\n"
                       "pq = faiss.ProductQuantizer(x.shape[1], %2, %3)\n"
                       "pq.train(x)\n"
                       "print(((pq.decode(pq.compute_codes(x)) - x) ** 2).sum(1, dtype='float64').mean())")
            .arg(QString::fromStdString(path.string()))
            .arg(M)
            .arg(nbits);
    const auto printed = run_python(script);
    if (!printed)
        QSKIP("faiss took too long");
    const double theirs = printed->trimmed().toDouble();
    auto pq =
        ProductQuantizer::create(base.dim(), static_cast<std::size_t>(M), static_cast<std::size_t>(nbits));
    QVERIFY(pq.ok() && pq->train(base.view<float>(), {}, {}).ok());
    const auto ours = pq->distortion(base.view<float>(), {});
    QVERIFY(ours.ok() && theirs > 0);
    QVERIFY2(*ours <= 1.01 * theirs, qPrintable(QString("%1 against %2").arg(*ours).arg(theirs)));
    qInfo("distortion %g, faiss %g", *ours, theirs);
}

QTEST_GUILESS_MAIN(TestProductQuantizer)
#include "tst_product_quantizer.moc"
