// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "data/normal_source.h"
#include "data/synthetic.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <thread>

using namespace annscope;

namespace {

std::uint64_t hash_of(const VectorSet& vectors) {
    std::uint64_t hash = vectors.size() * 31 + vectors.dim();
    const auto view = vectors.view<float>();
    for (std::size_t i = 0; i < view.rows(); ++i)
        for (const float v : view[i])
            hash = (hash ^ std::bit_cast<std::uint32_t>(v)) * 0x9e3779b97f4a7c15u;
    return hash;
}

Control threads(int count) {
    Control control;
    control.threads = count;
    return control;
}

/// Mean squared length of the rows' differences to their mean, per dimension of the subspace.
double variance_of(const VectorSet& vectors) {
    const auto view = vectors.view<float>();
    std::vector<double> sum(view.cols()), squares(view.cols());
    for (std::size_t i = 0; i < view.rows(); ++i)
        for (std::size_t j = 0; j < view.cols(); ++j) {
            sum[j] += view.row(i)[j];
            squares[j] += static_cast<double>(view.row(i)[j]) * view.row(i)[j];
        }
    double total = 0;
    const auto n = static_cast<double>(view.rows());
    for (std::size_t j = 0; j < view.cols(); ++j)
        total += squares[j] / n - sum[j] / n * (sum[j] / n);
    return total;
}

} // namespace

class TestSynthetic : public QObject {
    Q_OBJECT
private slots:
    void normalNumbersAreNormal();
    void normalNumbersMatchLibm();
    void sameForAnyThreads();
    void sameEverywhere();
    void seedsDiffer();
    void uniformRange();
    void mixtureVariance_data();
    void mixtureVariance();
    void oneComponentLiesInASubspace();
    void weightsFollowThePowerLaw();
    void badOptions_data();
    void badOptions();
    void samples();
    void cancels();
};

void TestSynthetic::normalNumbersAreNormal() {
    NormalSource source{Random(3)};
    constexpr int kCount = 400000;
    double sum = 0, squares = 0, fourth = 0, product = 0, previous = 0;
    int beyond = 0;
    for (int i = 0; i < kCount; ++i) {
        const double x = source.next();
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
        product += x * previous;
        beyond += std::abs(x) > 2.5758293 ? 1 : 0; // 1 %
        previous = x;
    }
    QVERIFY(std::abs(sum / kCount) < 0.01);
    QVERIFY(std::abs(squares / kCount - 1) < 0.01);
    QVERIFY(std::abs(fourth / kCount - 3) < 0.1);
    QVERIFY(std::abs(product / kCount) < 0.01);
    QVERIFY(std::abs(beyond - kCount / 100) < 300);
}

void TestSynthetic::normalNumbersMatchLibm() {
    NormalSource source{Random(5)};
    Random random(5);
    for (int i = 0; i < 10000; ++i) {
        const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
        random();
        const double x = source.next(), y = source.next();
        QVERIFY(std::abs(std::hypot(x, y) - radius) <= 1e-13 * (1 + radius));
    }
}

void TestSynthetic::sameForAnyThreads() {
    ClusterOptions options;
    options.n = 3001;
    options.dim = 40;
    options.queries = 130;
    const auto one = generate_clusters(options, threads(1));
    const auto four = generate_clusters(options, threads(4));
    QVERIFY(one && four);
    QCOMPARE(hash_of(one->base), hash_of(four->base));
    QCOMPARE(hash_of(one->queries), hash_of(four->queries));

    const UniformOptions uniform{1000, 7, 10, 3};
    QCOMPARE(hash_of(generate_uniform(uniform, threads(1))->base),
             hash_of(generate_uniform(uniform, threads(3))->base));
}

void TestSynthetic::sameEverywhere() { // recorded numbers: another machine or compiler must give them, too
    ClusterOptions options;
    options.n = 500;
    options.dim = 33;
    options.queries = 20;
    options.seed = 42;
    const auto clusters = generate_clusters(options, {});
    QVERIFY(clusters);
    const auto uniform = generate_uniform({500, 33, 20, 42}, {});
    QVERIFY(uniform);
    QCOMPARE(hash_of(clusters->base), std::uint64_t{12773748534000760635u});
    QCOMPARE(hash_of(clusters->queries), std::uint64_t{17049611384222072039u});
    QCOMPARE(hash_of(uniform->base), std::uint64_t{693650436510486505u});
}

void TestSynthetic::seedsDiffer() {
    ClusterOptions options;
    options.n = 100;
    options.queries = 100;
    const auto first = generate_clusters(options, {});
    options.seed = 2;
    const auto second = generate_clusters(options, {});
    QVERIFY(hash_of(first->base) != hash_of(second->base));
    QVERIFY(hash_of(first->base) != hash_of(first->queries));
}

void TestSynthetic::uniformRange() {
    const auto dataset = generate_uniform({20000, 5, 100, 9}, {});
    QVERIFY(dataset);
    QCOMPARE(dataset->base.size(), std::size_t{20000});
    QCOMPARE(dataset->queries.size(), std::size_t{100});
    QCOMPARE(dataset->queries_from, QueriesFrom::Generated);
    const auto view = dataset->base.view<float>();
    double sum = 0;
    for (std::size_t i = 0; i < view.rows(); ++i)
        for (const float v : view[i]) {
            QVERIFY(v >= 0 && v < 1);
            sum += v;
        }
    QVERIFY(std::abs(sum / 100000 - 0.5) < 0.005);
    QVERIFY(std::abs(variance_of(dataset->base) - 5.0 / 12) < 0.01);
}

void TestSynthetic::mixtureVariance_data() {
    QTest::addColumn<int>("dim");
    QTest::addColumn<int>("rank");
    QTest::addColumn<double>("spread");
    QTest::addColumn<double>("noise");
    QTest::newRow("defaults") << 64 << 24 << 1.25 << 0.05;
    QTest::newRow("whole space") << 8 << 24 << 2.0 << 0.0;
    QTest::newRow("noisy") << 100 << 3 << 0.5 << 1.0;
}

void TestSynthetic::mixtureVariance() {
    QFETCH(int, dim);
    QFETCH(int, rank);
    QFETCH(double, spread);
    QFETCH(double, noise);
    ClusterOptions options;
    options.n = 20000;
    options.dim = static_cast<std::size_t>(dim);
    options.intrinsic_dim = static_cast<std::size_t>(rank);
    options.components = 20000; // so that the centres' sample variance is near its expectation
    options.weight_power = 0;
    options.spread = spread;
    options.noise = noise;
    const auto dataset = generate_clusters(options, {});
    QVERIFY(dataset);
    const double expected = std::min(dim, rank) * (spread * spread + 1) + dim * noise * noise;
    const double actual = variance_of(dataset->base);
    QVERIFY2(std::abs(actual - expected) < 0.03 * expected, qPrintable(QString::number(actual / expected)));
}

void TestSynthetic::oneComponentLiesInASubspace() {
    ClusterOptions options;
    options.n = 50;
    options.dim = 30;
    options.intrinsic_dim = 2;
    options.components = 3;
    options.noise = 0;
    const auto dataset = generate_clusters(options, {});
    QVERIFY(dataset);
    // Any third row is a combination of the first two: the Gram determinant vanishes.
    const auto view = dataset->base.view<float>();
    const auto dot = [&](std::size_t a, std::size_t b) {
        double sum = 0;
        for (std::size_t j = 0; j < 30; ++j)
            sum += static_cast<double>(view.row(a)[j]) * view.row(b)[j];
        return sum;
    };
    for (std::size_t c = 2; c < 50; ++c) {
        const double aa = dot(0, 0), bb = dot(1, 1), cc = dot(c, c), ab = dot(0, 1), ac = dot(0, c),
                     bc = dot(1, c);
        const double gram = aa * (bb * cc - bc * bc) - ab * (ab * cc - bc * ac) + ac * (ab * bc - bb * ac);
        QVERIFY(std::abs(gram) < 1e-4 * aa * bb * cc);
    }
}

void TestSynthetic::weightsFollowThePowerLaw() {
    ClusterOptions options;
    options.n = 30000;
    options.dim = 16;
    options.intrinsic_dim = 16;
    options.components = 2;
    options.weight_power = 1; // weights 2/3 and 1/3
    options.spread = 100;
    const auto dataset = generate_clusters(options, {});
    QVERIFY(dataset);
    const auto view = dataset->base.view<float>();
    std::size_t near_first = 0;
    for (std::size_t i = 0; i < view.rows(); ++i) {
        double squared = 0;
        for (std::size_t j = 0; j < 16; ++j)
            squared += std::pow(view.row(i)[j] - view.row(0)[j], 2);
        near_first += squared < 1000 ? 1 : 0;
    }
    const double share = static_cast<double>(near_first) / 30000;
    QVERIFY(std::abs(share - 2.0 / 3) < 0.01 || std::abs(share - 1.0 / 3) < 0.01);
}

void TestSynthetic::badOptions_data() {
    QTest::addColumn<ClusterOptions>("options");
    const auto row = [](const char* name, auto change) {
        ClusterOptions options;
        change(options);
        QTest::newRow(name) << options;
    };
    row("no vectors", [](ClusterOptions& o) { o.n = 0; });
    row("no dimensions", [](ClusterOptions& o) { o.dim = 0; });
    row("no intrinsic dimensions", [](ClusterOptions& o) { o.intrinsic_dim = 0; });
    row("more components than vectors", [](ClusterOptions& o) { o.components = o.n + 1; });
    row("spread NaN", [](ClusterOptions& o) { o.spread = std::nan(""); });
    row("negative noise", [](ClusterOptions& o) { o.noise = -1; });
    row("infinite power", [](ClusterOptions& o) { o.weight_power = INFINITY; });
    row("larger than memory", [](ClusterOptions& o) { o.n = std::size_t{1} << 39; });
    row("overflow", [](ClusterOptions& o) { o.n = ~std::size_t{0}; });
}

void TestSynthetic::badOptions() {
    QFETCH(ClusterOptions, options);
    const auto dataset = generate_clusters(options, {});
    QVERIFY(!dataset);
    QVERIFY(dataset.error().code == ErrorCode::InvalidArgument ||
            dataset.error().code == ErrorCode::OutOfMemory);
    QVERIFY(dataset.error().message.ends_with("."));
}

void TestSynthetic::samples() {
    const auto points = sample_points({});
    QVERIFY(points);
    QCOMPARE(points->base.size(), std::size_t{200});
    QCOMPARE(points->base.dim(), std::size_t{2});
    QVERIFY(points->queries.size() >= 20);

    const auto vectors = sample_vectors({});
    QVERIFY(vectors);
    QCOMPARE(vectors->base.size(), std::size_t{20000});
    QCOMPARE(vectors->base.dim(), std::size_t{64});
    QCOMPARE(vectors->queries.size(), std::size_t{1000});
}

void TestSynthetic::cancels() {
    ClusterOptions options;
    options.n = 2000000;
    options.dim = 64;
    std::stop_source stop;
    Progress progress;
    Control control{stop.get_token(), &progress, 2};
    std::jthread canceller([&] {
        while (progress.done.load() < 1000)
            std::this_thread::yield();
        stop.request_stop();
    });
    const auto dataset = generate_clusters(options, control);
    QVERIFY(!dataset);
    QCOMPARE(dataset.error().code, ErrorCode::Cancelled);
    QVERIFY(progress.done.load() < 1000000);
}

QTEST_GUILESS_MAIN(TestSynthetic)
#include "tst_synthetic.moc"
