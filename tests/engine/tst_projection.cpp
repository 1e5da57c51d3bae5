// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "data/format.h"
#include "data/projection.h"
#include "data/synthetic.h"
#include "test_data.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <thread>

using namespace annscope;

namespace {

/// Independent normal columns with deviations scale_of(j), moved by 100.
template<class Scale>
VectorSet make(std::size_t n, std::size_t dim, const Scale& scale_of) {
    AlignedBuffer<float> rows(n * dim);
    Random random(11);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < dim; ++j)
            rows[i * dim + j] = static_cast<float>(100 + scale_of(j) * random.normal());
    return VectorSet::adopt(std::move(rows), n, dim);
}

/// All eigenvalues and -vectors of the scatter matrix in float64 by Jacobi's rotations.
struct Reference {
    std::array<std::vector<double>, 2> axes;
    double share = 0;
};
using Matrix = std::vector<std::vector<double>>;

Matrix scatter_of(const VectorSet& vectors) {
    const std::size_t n = vectors.size(), dim = vectors.dim();
    std::vector<double> mean(dim);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < dim; ++j)
            mean[j] += static_cast<double>(vectors.view<float>().row(i)[j]) / static_cast<double>(n);
    Matrix sum(dim, std::vector<double>(dim));
    for (std::size_t i = 0; i < n; ++i) {
        const float* row = vectors.view<float>().row(i);
        for (std::size_t a = 0; a < dim; ++a)
            for (std::size_t b = 0; b < dim; ++b)
                sum[a][b] += (row[a] - mean[a]) * (row[b] - mean[b]);
    }
    return sum;
}

/// Turns rows and columns p and q of m so that m[p][q] becomes 0.
void rotate(Matrix& m, Matrix& vectors, std::size_t p, std::size_t q) {
    if (m[p][q] == 0)
        return;
    const double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
    const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
    const double c = 1 / std::sqrt(t * t + 1), s = t * c;
    for (auto& row : m) {
        const double x = row[p], y = row[q];
        row[p] = c * x - s * y;
        row[q] = s * x + c * y;
    }
    for (std::size_t j = 0; j < m.size(); ++j) {
        const double x = m[p][j], y = m[q][j];
        m[p][j] = c * x - s * y;
        m[q][j] = s * x + c * y;
    }
    for (auto& row : vectors) {
        const double x = row[p], y = row[q];
        row[p] = c * x - s * y;
        row[q] = s * x + c * y;
    }
}

Reference reference(const VectorSet& vectors) {
    Matrix m = scatter_of(vectors);
    const std::size_t dim = m.size();
    Matrix axes(dim, std::vector<double>(dim));
    for (std::size_t j = 0; j < dim; ++j)
        axes[j][j] = 1;
    for (int sweep = 0; sweep < 12; ++sweep)
        for (std::size_t p = 0; p < dim; ++p)
            for (std::size_t q = p + 1; q < dim; ++q)
                rotate(m, axes, p, q);
    std::vector<std::size_t> order(dim);
    double total = 0;
    for (std::size_t j = 0; j < dim; ++j) {
        order[j] = j;
        total += m[j][j];
    }
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return m[a][a] > m[b][b]; });
    Reference result;
    for (std::size_t a = 0; a < 2; ++a) {
        for (std::size_t j = 0; j < dim; ++j)
            result.axes[a].push_back(axes[j][order[a]]);
        result.share += m[order[a]][order[a]] / total;
    }
    return result;
}

double dot(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t j = 0; j < a.size(); ++j)
        sum += static_cast<double>(a[j]) * b[j];
    return sum;
}

} // namespace

class TestProjection : public QObject {
    Q_OBJECT
private slots:
    void matchesJacobi_data();
    void matchesJacobi();
    void planeIsLeftAsItIs();
    void lineIsLeftAsItIs();
    void equalRows();
    void oneRow();
    void sampleIsSeeded();
    void sameForAnyThreads();
    void otherTypes();
    void badArguments();
    void cancels();
    void realData();
};

void TestProjection::matchesJacobi_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("dim");
    QTest::newRow("3") << 500 << 3;
    QTest::newRow("5") << 300 << 5;
    QTest::newRow("31") << 1000 << 31;
    QTest::newRow("100, more than a subspace") << 700 << 100;
    QTest::newRow("130, fewer rows than dimensions") << 50 << 130;
}

void TestProjection::matchesJacobi() {
    QFETCH(int, n);
    QFETCH(int, dim);
    const VectorSet vectors =
        make(static_cast<std::size_t>(n), static_cast<std::size_t>(dim), [dim](std::size_t j) {
            return j == 1                                   ? 9.0
                   : j == static_cast<std::size_t>(dim - 1) ? 5.0
                                                            : 1.0 + 0.01 * static_cast<double>(j);
        });
    const auto projection = fit_projection(vectors, 100000, 1, {});
    QVERIFY(projection);
    const Reference expected = reference(vectors);
    QVERIFY(std::abs(projection->variance_share - expected.share) < 1e-5);
    for (std::size_t a = 0; a < 2; ++a) {
        double product = 0;
        for (std::size_t j = 0; j < static_cast<std::size_t>(dim); ++j)
            product += static_cast<double>(projection->axes[a][j]) * expected.axes[a][j];
        QVERIFY2(std::abs(std::abs(product) - 1) < 1e-5, qPrintable(QString::number(product, 'g', 10)));
        QVERIFY(std::abs(dot(projection->axes[a], projection->axes[a]) - 1) < 1e-6);
        QVERIFY(*std::ranges::max_element(projection->axes[a], {}, [](float x) { return std::abs(x); }) > 0);
    }
    QVERIFY(std::abs(dot(projection->axes[0], projection->axes[1])) < 1e-6);
    QVERIFY(!projection->identity);

    const auto points = projection->apply(vectors);
    QCOMPARE(points.size(), vectors.size());
    double mean = 0;
    for (const auto& p : points)
        mean += static_cast<double>(p[0]);
    QVERIFY(std::abs(mean / n) < 1e-3);
    QCOMPARE(points[7], projection->apply(vectors.view<float>()[7]));
}

void TestProjection::planeIsLeftAsItIs() {
    const VectorSet vectors = make(50, 2, [](std::size_t) { return 3.0; });
    const auto projection = fit_projection(vectors, 10, 1, {});
    QVERIFY(projection && projection->identity);
    QCOMPARE(projection->variance_share, 1.0);
    const auto points = projection->apply(vectors);
    for (std::size_t i = 0; i < 50; ++i) {
        QCOMPARE(points[i][0], vectors.view<float>().row(i)[0]);
        QCOMPARE(points[i][1], vectors.view<float>().row(i)[1]);
    }
}

void TestProjection::lineIsLeftAsItIs() {
    const VectorSet vectors = make(50, 1, [](std::size_t) { return 3.0; });
    const auto projection = fit_projection(vectors, 10, 1, {});
    QVERIFY(projection && projection->identity);
    QCOMPARE(projection->apply(vectors)[3], (std::array{vectors.view<float>().row(3)[0], 0.0f}));
}

void TestProjection::equalRows() {
    const auto projection = fit_projection(make(20, 5, [](std::size_t) { return 0.0; }), 100, 1, {});
    QVERIFY(projection);
    QCOMPARE(dot(projection->axes[0], projection->axes[0]), 1.0);
    QCOMPARE(dot(projection->axes[0], projection->axes[1]), 0.0);
    QCOMPARE(projection->apply(std::vector<float>(5, 100.0f)), (std::array{0.0f, 0.0f}));
}

void TestProjection::oneRow() {
    const auto projection = fit_projection(make(1, 4, [](std::size_t) { return 1.0; }), 100, 1, {});
    QVERIFY(projection);
    QCOMPARE(projection->variance_share, 1.0);
}

void TestProjection::sampleIsSeeded() {
    const VectorSet vectors = make(2000, 6, [](std::size_t j) { return 1.0 + static_cast<double>(j); });
    const auto a = fit_projection(vectors, 100, 5, {}), b = fit_projection(vectors, 100, 5, {});
    const auto c = fit_projection(vectors, 100, 6, {});
    QVERIFY(a && b && c);
    QCOMPARE(a->axes, b->axes);
    QVERIFY(a->axes != c->axes);
}

void TestProjection::sameForAnyThreads() {
    const VectorSet vectors =
        make(1500, 200, [](std::size_t j) { return 1.0 + 10.0 / static_cast<double>(j + 1); });
    Control one, three;
    one.threads = 1;
    three.threads = 3;
    const auto a = fit_projection(vectors, 1000, 5, one), b = fit_projection(vectors, 1000, 5, three);
    QVERIFY(a && b);
    QCOMPARE(a->axes, b->axes);
    QCOMPARE(a->mean, b->mean);
    QCOMPARE(a->variance_share, b->variance_share);
}

void TestProjection::otherTypes() {
    AlignedBuffer<std::uint8_t> bytes(300 * 4);
    Random random(2);
    for (std::uint8_t& b : bytes)
        b = static_cast<std::uint8_t>(random.below(256));
    const VectorSet u8 = VectorSet::adopt(std::move(bytes), 300, 4);
    const auto a = fit_projection(u8, 1000, 1, {}), b = fit_projection(u8.to_float(), 1000, 1, {});
    QVERIFY(a && b);
    QCOMPARE(a->axes, b->axes);
    QCOMPARE(a->apply(u8), b->apply(u8.to_float()));
}

void TestProjection::badArguments() {
    QVERIFY(!fit_projection({}, 10, 1, {}));
    QVERIFY(!fit_projection(make(5, 3, [](std::size_t) { return 1.0; }), 0, 1, {}));
}

void TestProjection::cancels() {
    std::stop_source stop;
    stop.request_stop();
    const auto projection = fit_projection(make(100, 30, [](std::size_t) { return 1.0; }), 100, 1,
                                           {stop.get_token(), nullptr, 1});
    QVERIFY(!projection);
    QCOMPARE(projection.error().code, ErrorCode::Cancelled);
}

void TestProjection::realData() {
    const auto folder = test::data_folder();
    if (folder.empty())
        QSKIP("no real data here, set ANNSCOPE_DATA");
    const auto contents = read_file(folder / "sift-5k-128-euclidean.hdf5", FileRole::Vectors, {});
    QVERIFY(contents);
    const auto projection = fit_projection(contents->base, 100000, 1, {});
    QVERIFY(projection);
    const Reference expected = reference(contents->base);
    QVERIFY(std::abs(projection->variance_share - expected.share) < 1e-5);
}

QTEST_GUILESS_MAIN(TestProjection)
#include "tst_projection.moc"
