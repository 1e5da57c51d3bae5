// SPDX-License-Identifier: GPL-3.0-or-later
// The transforms before an index against their definitions in float64, and against faiss where it is
// installed.
#include "faiss_python.h"
#include "index_fixture.h"

#include "quant/hadamard.h"
#include "quant/itq.h"
#include "quant/l2norm.h"
#include "quant/orthonormal.h"
#include "quant/pad.h"
#include "quant/pca.h"
#include "quant/random_rotation.h"
#include "quant/transform_chain.h"

#include <QTest>

#include <thread>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kRows = 500;

enum class Which { Linear, RR, PCA, PCAW, PCAR, PCAWR, ITQ, ITQn, HR, Pad, L2norm };

struct Row {
    Which which;
    const char* name;
    std::size_t d_in, d_out;
    bool isometry, reversible;
};
constexpr Row kTransforms[] = {
    {Which::Linear, "Linear", 9, 5, false, false},
    {Which::RR, "RR", 13, 13, true, true},
    {Which::RR, "RR narrow", 33, 7, false, true},
    {Which::RR, "RR wide", 7, 33, true, true},
    {Which::PCA, "PCA", 21, 6, false, true},
    {Which::PCA, "PCA of all", 21, 21, true, true},
    {Which::PCAW, "PCAW", 21, 21, false, true},
    {Which::PCAR, "PCAR", 21, 6, false, true},
    {Which::PCAR, "PCAR of all", 21, 21, true, true},
    {Which::PCAWR, "PCAWR", 21, 6, false, false},
    {Which::ITQ, "ITQ", 12, 12, false, false},
    {Which::ITQn, "ITQ narrow", 21, 8, false, false},
    {Which::HR, "HR", 21, 32, true, true},
    {Which::HR, "HR of one", 1, 1, true, true},
    {Which::HR, "HR of few", 5, 8, true, true},
    {Which::HR, "HR of many", 130, 256, true, true},
    {Which::Pad, "Pad", 10, 16, true, true},
    {Which::Pad, "Pad by nothing", 10, 10, true, true},
    {Which::L2norm, "L2norm", 11, 11, false, true},
};

AlignedBuffer<float> buffer_of(const std::vector<float>& values) {
    AlignedBuffer<float> out(values.size());
    std::copy(values.begin(), values.end(), out.begin());
    return out;
}

std::unique_ptr<VectorTransform> make(Which which, std::size_t d_in, std::size_t d_out) {
    switch (which) {
    case Which::Linear: {
        Random random(3);
        std::vector<float> matrix(d_in * d_out), bias(d_out);
        for (auto* values : {&matrix, &bias})
            for (float& v : *values)
                v = static_cast<float>(random.normal());
        return std::make_unique<LinearTransform>(d_in, d_out, buffer_of(matrix), buffer_of(bias));
    }
    case Which::RR:
        return std::make_unique<RandomRotation>(d_in, d_out);
    case Which::PCA:
        return std::make_unique<Pca>(d_in, d_out, Pca::Options{});
    case Which::PCAW:
        return std::make_unique<Pca>(d_in, d_out, Pca::Options{true, false});
    case Which::PCAR:
        return std::make_unique<Pca>(d_in, d_out, Pca::Options{false, true});
    case Which::PCAWR:
        return std::make_unique<Pca>(d_in, d_out, Pca::Options{true, true});
    case Which::ITQ:
        return std::make_unique<ItqTransform>(d_in, d_out, false);
    case Which::ITQn:
        return std::make_unique<ItqTransform>(d_in, d_out, true);
    case Which::HR:
        return std::make_unique<HadamardRotation>(d_in);
    case Which::Pad:
        return std::make_unique<PadTransform>(d_in, d_out);
    case Which::L2norm:
        break;
    }
    return std::make_unique<L2NormTransform>(d_in);
}

TransformChain chain_of(std::unique_ptr<VectorTransform> transform) {
    std::vector<std::unique_ptr<VectorTransform>> transforms;
    transforms.push_back(std::move(transform));
    return TransformChain(std::move(transforms));
}

/// Correlated columns, moved off the origin.
VectorSet correlated(std::size_t rows, std::size_t dim, std::uint64_t seed) {
    Random fixed(4), random(seed);
    std::vector<double> mix(dim * dim), hidden(dim);
    for (double& m : mix)
        m = fixed.normal();
    AlignedBuffer<float> out(rows * dim);
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < dim; ++j)
            hidden[j] = random.normal() / (1.0 + static_cast<double>(j));
        for (std::size_t j = 0; j < dim; ++j) {
            double sum = 2;
            for (std::size_t k = 0; k < dim; ++k)
                sum += mix[j * dim + k] * hidden[k];
            out[i * dim + j] = static_cast<float>(sum);
        }
    }
    return VectorSet::adopt(std::move(out), rows, dim);
}

double l2(const float* a, const float* b, std::size_t d) {
    double sum = 0;
    for (std::size_t j = 0; j < d; ++j)
        sum += (static_cast<double>(a[j]) - b[j]) * (static_cast<double>(a[j]) - b[j]);
    return sum;
}

/// Covariances of the columns of y, n times.
std::vector<double> scatter(const VectorSet& y) {
    const std::size_t d = y.dim();
    std::vector<double> mean(d), sum(d * d);
    for (std::size_t i = 0; i < y.size(); ++i)
        for (std::size_t j = 0; j < d; ++j)
            mean[j] += static_cast<double>(y.view<float>().row(i)[j]) / static_cast<double>(y.size());
    for (std::size_t i = 0; i < y.size(); ++i)
        for (std::size_t j = 0; j < d; ++j)
            for (std::size_t k = 0; k < d; ++k)
                sum[j * d + k] +=
                    (y.view<float>().row(i)[j] - mean[j]) * (y.view<float>().row(i)[k] - mean[k]);
    return sum;
}

bool close(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance * (1 + std::abs(b));
}

} // namespace

class TestTransform : public QObject {
    Q_OBJECT

private:
    static void rows() {
        QTest::addColumn<int>("number");
        for (std::size_t i = 0; i < std::size(kTransforms); ++i)
            QTest::newRow(kTransforms[i].name) << static_cast<int>(i);
    }
    void fetch() {
        QFETCH(int, number);
        m_row = kTransforms[number];
        m_chain = chain_of(make(m_row.which, m_row.d_in, m_row.d_out));
        m_data = correlated(kRows, m_row.d_in, 1);
        const Status trained = m_chain.train(m_data, 7, {});
        QVERIFY2(trained.ok(), trained.ok() ? "" : trained.error().message.c_str());
    }
    Row m_row{};
    TransformChain m_chain;
    VectorSet m_data;

private slots:
    void sizesAndPromises_data() { rows(); }
    void sizesAndPromises();
    void oneAndManyAgree_data() { rows(); }
    void oneAndManyAgree();
    void isometriesKeepDistances_data() { rows(); }
    void isometriesKeepDistances();
    void reverseGivesBackWhatIsKept_data() { rows(); }
    void reverseGivesBackWhatIsKept();
    void sameForAnyThreads_data() { rows(); }
    void sameForAnyThreads();
    void loadedGivesTheSame_data() { rows(); }
    void loadedGivesTheSame();
    void linearIsItsDefinition();
    void givenMatricesSayWhatTheyAre();
    void axesAreByFallingVariance();
    void whitenedComponentsAreAlike();
    void whiteningOfFlatDataIsFinite();
    void axesOfFewerRowsThanDimensions();
    void rotationsAreUniform();
    void itqIsNearerToTheCornersThanARandomRotation();
    void nearestRotationIsTheBest();
    void hadamardIsItsDefinition();
    void padAndNormAreTheirDefinitions();
    void chainsJoin();
    void samplesAreLimited();
    void cancelled();
    void faissAgrees();
};

void TestTransform::sizesAndPromises() {
    fetch();
    const VectorTransform& t = m_chain[0];
    QCOMPARE(t.d_in(), m_row.d_in);
    QCOMPARE(t.d_out(), m_row.d_out);
    QCOMPARE(t.isometry(), m_row.isometry);
    QCOMPARE(t.reversible(), m_row.reversible);
    QVERIFY(t.trained());
    const auto fresh = make(m_row.which, m_row.d_in, m_row.d_out);
    QCOMPARE(fresh->isometry(), t.isometry());
    QCOMPARE(fresh->arrays().size(), t.arrays().size());
    for (std::size_t i = 0; i < t.arrays().size(); ++i) {
        QCOMPARE(fresh->arrays()[i].size, t.arrays()[i].size);
        QCOMPARE(t.arrays()[i].values.size(), t.arrays()[i].size);
    }
}

void TestTransform::oneAndManyAgree() {
    fetch();
    for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8}) {
        const VectorSet set = random_set(type, 300, m_row.d_in, 5);
        const VectorSet as_float = set.to_float();
        const auto many = m_chain.apply(set, {});
        QVERIFY(many.ok());
        QCOMPARE(many->size(), set.size());
        QCOMPARE(many->dim(), m_row.d_out);
        std::vector<float> each(set.size() * m_row.d_out), one(m_row.d_out);
        m_chain.apply_each(as_float.view<float>(), each.data());
        for (std::size_t i = 0; i < set.size(); ++i) {
            m_chain.apply(as_float.view<float>().row(i), one.data());
            for (std::size_t j = 0; j < m_row.d_out; ++j) {
                QCOMPARE(one[j], each[i * m_row.d_out + j]); // exactly
                const double scale =
                    std::sqrt(l2(one.data(), std::vector<float>(one.size()).data(), one.size()));
                QVERIFY(std::abs(one[j] - many->view<float>().row(i)[j]) <= 1e-5 * (scale + 10));
            }
        }
    }
}

void TestTransform::isometriesKeepDistances() {
    fetch();
    const auto y = m_chain.apply(m_data, {});
    QVERIFY(y.ok());
    double worst = 0;
    for (std::size_t i = 0; i + 1 < 100; ++i) {
        const double before = l2(m_data.view<float>().row(i), m_data.view<float>().row(i + 1), m_row.d_in);
        const double after = l2(y->view<float>().row(i), y->view<float>().row(i + 1), m_row.d_out);
        worst = std::max(worst, std::abs(after - before) / before);
    }
    QCOMPARE(worst < 1e-4, m_row.isometry);
}

void TestTransform::reverseGivesBackWhatIsKept() {
    fetch();
    if (!m_row.reversible)
        return;
    std::vector<float> y(m_row.d_out), x(m_row.d_in), again(m_row.d_out);
    for (std::size_t i = 0; i < 50; ++i) {
        const float* row = m_data.view<float>().row(i);
        m_chain.apply(row, y.data());
        m_chain.reverse(y.data(), x.data());
        m_chain.apply(x.data(), again.data());
        for (std::size_t j = 0; j < m_row.d_out; ++j) // a projection: applying it again changes nothing
            QVERIFY(close(again[j], y[j], 1e-4));
        for (std::size_t j = 0; m_row.isometry && j < m_row.d_in; ++j)
            QVERIFY(close(x[j], row[j], 1e-4));
    }
}

void TestTransform::sameForAnyThreads() {
    fetch();
    Control four;
    four.threads = 4;
    TransformChain other = chain_of(make(m_row.which, m_row.d_in, m_row.d_out));
    QVERIFY(other.train(m_data, 7, four).ok());
    const auto a = m_chain.apply(m_data, {}), b = other.apply(m_data, four);
    QVERIFY(a.ok() && b.ok());
    for (std::size_t i = 0; i < kRows; ++i)
        for (std::size_t j = 0; j < m_row.d_out; ++j)
            QCOMPARE(a->view<float>().row(i)[j], b->view<float>().row(i)[j]);
}

void TestTransform::loadedGivesTheSame() {
    fetch();
    const auto arrays = [&] {
        std::vector<AlignedBuffer<float>> copies;
        for (const TransformArray& array : m_chain[0].arrays())
            copies.push_back(buffer_of({array.values.begin(), array.values.end()}));
        return copies;
    };
    const auto loaded = make(m_row.which, m_row.d_in, m_row.d_out);
    QVERIFY(loaded->load(arrays()).ok());
    QVERIFY(loaded->trained());
    std::vector<float> a(m_row.d_out), b(m_row.d_out);
    m_chain.apply(m_data.view<float>().row(3), a.data());
    loaded->apply(m_data.view<float>().row(3), b.data());
    QCOMPARE(a, b);
    if (arrays().empty())
        return;
    auto damaged = arrays();
    damaged.back()[0] = std::numeric_limits<float>::quiet_NaN();
    const Status refused = make(m_row.which, m_row.d_in, m_row.d_out)->load(std::move(damaged));
    QVERIFY(!refused.ok() && refused.error().code == ErrorCode::CorruptFile);
}

void TestTransform::linearIsItsDefinition() {
    const auto t = make(Which::Linear, 9, 5);
    const auto* linear = dynamic_cast<const LinearTransform*>(t.get());
    const VectorSet x = correlated(20, 9, 2);
    std::vector<float> y(5);
    for (std::size_t i = 0; i < 20; ++i) {
        t->apply(x.view<float>().row(i), y.data());
        for (std::size_t j = 0; j < 5; ++j) {
            double sum = linear->bias()[j];
            for (std::size_t k = 0; k < 9; ++k)
                sum += static_cast<double>(linear->matrix().row(j)[k]) * x.view<float>().row(i)[k];
            QVERIFY(close(y[j], sum, 1e-5));
        }
    }
}

void TestTransform::givenMatricesSayWhatTheyAre() {
    const auto given = [](std::size_t d_in, std::size_t d_out, float factor) {
        AlignedBuffer<float> matrix = random_rotation(d_in, d_out, 5);
        for (float& v : matrix)
            v *= factor;
        return LinearTransform(d_in, d_out, std::move(matrix), {});
    };
    QVERIFY(given(8, 8, 1).isometry());
    QVERIFY(given(8, 12, 1).isometry());
    QVERIFY(!given(12, 8, 1).isometry());
    QVERIFY(given(12, 8, 1).reversible());
    QVERIFY(!given(8, 8, 1.01f).isometry());
    QVERIFY(!given(8, 8, 1.01f).reversible());
}

void TestTransform::axesAreByFallingVariance() {
    const VectorSet data = correlated(2000, 24, 1);
    TransformChain all = chain_of(make(Which::PCA, 24, 24));
    QVERIFY(all.train(data, 1, {}).ok());
    const auto y = all.apply(data, {});
    QVERIFY(y.ok());
    const std::vector<double> before = scatter(data), after = scatter(*y);
    double total = 0, kept = 0;
    for (std::size_t j = 0; j < 24; ++j) {
        total += before[j * 24 + j];
        kept += after[j * 24 + j];
        if (j > 0)
            QVERIFY(after[j * 24 + j] <= after[(j - 1) * 24 + j - 1] * (1 + 1e-6));
        for (std::size_t k = 0; k < 24; ++k)
            if (j != k)
                QVERIFY(std::abs(after[j * 24 + k]) <= 1e-4 * after[0]); // uncorrelated
        double mean = 0;
        for (std::size_t i = 0; i < 2000; ++i)
            mean += y->view<float>().row(i)[j] / 2000;
        QVERIFY(std::abs(mean) < 1e-3);
    }
    QVERIFY(close(kept, total, 1e-4));
    // The first few of all are what is learnt when only they are asked for.
    TransformChain few = chain_of(make(Which::PCA, 24, 5));
    QVERIFY(few.train(data, 1, {}).ok());
    std::vector<float> a(24), b(5);
    all.apply(data.view<float>().row(0), a.data());
    few.apply(data.view<float>().row(0), b.data());
    for (std::size_t j = 0; j < 5; ++j)
        QVERIFY(close(b[j], a[j], 1e-4));
}

void TestTransform::whitenedComponentsAreAlike() {
    const VectorSet data = correlated(2000, 16, 1);
    for (const Which which : {Which::PCAW, Which::PCAWR}) {
        TransformChain chain = chain_of(make(which, 16, 10));
        QVERIFY(chain.train(data, 1, {}).ok());
        const auto y = chain.apply(data, {});
        QVERIFY(y.ok());
        const std::vector<double> sum = scatter(*y);
        for (std::size_t j = 0; j < 10; ++j)
            for (std::size_t k = 0; k < 10; ++k)
                QVERIFY(std::abs(sum[j * 10 + k] - (j == k ? 1 : 0)) < 1e-3);
    }
}

void TestTransform::whiteningOfFlatDataIsFinite() {
    AlignedBuffer<float> rows(100 * 6);
    Random random(1);
    for (std::size_t i = 0; i < 100; ++i)
        rows[i * 6] = rows[i * 6 + 3] = static_cast<float>(random.normal());
    const VectorSet data = VectorSet::adopt(std::move(rows), 100, 6);
    TransformChain chain = chain_of(make(Which::PCAW, 6, 6));
    QVERIFY(chain.train(data, 1, {}).ok());
    std::vector<float> y(6), x(6);
    chain.apply(data.view<float>().row(0), y.data());
    chain.reverse(y.data(), x.data());
    for (std::size_t j = 0; j < 6; ++j) {
        QVERIFY(std::isfinite(y[j]));
        QVERIFY(close(x[j], data.view<float>().row(0)[j], 1e-4));
    }
    for (std::size_t j = 1; j < 6; ++j)
        QCOMPARE(y[j], 0.0f);
}

void TestTransform::axesOfFewerRowsThanDimensions() {
    const VectorSet data = correlated(5, 30, 1);
    TransformChain chain = chain_of(make(Which::PCA, 30, 10));
    QVERIFY(chain.train(data, 1, {}).ok());
    const auto y = chain.apply(data, {});
    for (std::size_t i = 0; i + 1 < 5; ++i) // five points lie in a space of four dimensions
        QVERIFY(close(l2(y->view<float>().row(i), y->view<float>().row(i + 1), 10),
                      l2(data.view<float>().row(i), data.view<float>().row(i + 1), 30), 1e-3));
    const auto none =
        chain_of(make(Which::PCA, 4, 2)).train(VectorSet::copy(VectorView(nullptr, 0, 4)), 1, {});
    QVERIFY(!none.ok());
}

void TestTransform::rotationsAreUniform() {
    // The mean of many random rotations is zero; without fixed signs the diagonal's is not.
    std::vector<double> sum(16);
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        const AlignedBuffer<float> r = random_rotation(4, 4, seed);
        for (std::size_t i = 0; i < 16; ++i)
            sum[i] += static_cast<double>(r[i]) / 2000;
    }
    for (const double mean : sum)
        QVERIFY2(std::abs(mean) < 5 * 0.5 / std::sqrt(2000.0), qPrintable(QString::number(mean)));
}

void TestTransform::itqIsNearerToTheCornersThanARandomRotation() {
    const VectorSet data = random_set(ElementType::F32, 2000, 16, 3);
    TransformChain itq = chain_of(make(Which::ITQ, 16, 16));
    QVERIFY(itq.train(data, 1, {}).ok());
    const auto y = itq.apply(data, {});
    QVERIFY(y.ok());
    const auto overlap = [](VectorView rows) { // sum |y_j|: the larger, the nearer to the corners
        double sum = 0;
        for (std::size_t i = 0; i < rows.rows(); ++i)
            for (std::size_t j = 0; j < rows.cols(); ++j)
                sum += std::abs(static_cast<double>(rows.row(i)[j]));
        return sum / static_cast<double>(rows.rows());
    };
    for (std::size_t i = 0; i < y->size(); ++i) // unit length is kept by the rotation
        QVERIFY(close(l2(y->view<float>().row(i), std::vector<float>(16).data(), 16), 1, 1e-5));
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const LinearTransform other(16, 16, random_rotation(16, 16, seed), {});
        std::vector<float> rotated(y->size() * 16);
        other.apply_rows(y->view<float>(), rotated.data());
        QVERIFY(overlap({rotated.data(), y->size(), 16}) < overlap(y->view<float>()));
    }
}

void TestTransform::nearestRotationIsTheBest() {
    Random random(9);
    constexpr std::size_t d = 6;
    std::vector<double> c(d * d);
    for (double& v : c)
        v = random.normal();
    const AlignedBuffer<double> best = nearest_rotation(c, d);
    const auto trace = [&](auto at) {
        double sum = 0;
        for (std::size_t i = 0; i < d * d; ++i)
            sum += static_cast<double>(at(i)) * c[i];
        return sum;
    };
    const double reached = trace([&](std::size_t i) { return best[i]; });
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const AlignedBuffer<float> other = random_rotation(d, d, seed);
        QVERIFY(trace([&](std::size_t i) { return other[i]; }) < reached);
    }
    for (std::size_t i = 0; i < d; ++i)
        for (std::size_t j = 0; j < d; ++j) {
            double dot = 0;
            for (std::size_t k = 0; k < d; ++k)
                dot += best[i * d + k] * best[j * d + k];
            QVERIFY(close(dot, i == j ? 1 : 0, 1e-10));
        }
}

void TestTransform::hadamardIsItsDefinition() {
    for (const std::size_t d : {1u, 2u, 3u, 8u, 21u, 64u, 100u}) {
        const HadamardRotation hr(d, 77);
        const std::size_t n = hr.d_out();
        Random random(77);
        std::vector<double> signs(3 * n);
        for (double& s : signs)
            s = (random() & 1) == 0 ? -1 : 1;
        const VectorSet x = correlated(1, d, 3);
        std::vector<double> v(n);
        for (std::size_t j = 0; j < d; ++j)
            v[j] = x.view<float>().row(0)[j];
        for (std::size_t round = 0; round < 3; ++round) {
            std::vector<double> next(n);
            for (std::size_t i = 0; i < n; ++i) // H[i][j] is -1 to the number of common bits
                for (std::size_t j = 0; j < n; ++j)
                    next[i] += (std::popcount(i & j) % 2 == 0 ? 1 : -1) * signs[round * n + j] * v[j] /
                               std::sqrt(static_cast<double>(n));
            v = next;
        }
        std::vector<float> y(n);
        hr.apply(x.view<float>().row(0), y.data());
        for (std::size_t j = 0; j < n; ++j)
            QVERIFY(close(y[j], v[j], 1e-5));
    }
}

void TestTransform::padAndNormAreTheirDefinitions() {
    const float x[] = {3, 0, 4};
    float y[5];
    PadTransform(3, 5).apply(x, y);
    QCOMPARE(y[2], 4.0f);
    QCOMPARE(y[3], 0.0f);
    QCOMPARE(y[4], 0.0f);
    L2NormTransform(3).apply(x, y);
    QCOMPARE(y[0], 0.6f);
    QCOMPARE(y[2], 0.8f);
    const float zero[] = {0, 0, 0};
    L2NormTransform(3).apply(zero, y);
    QCOMPARE(y[0], 0.0f);
}

void TestTransform::chainsJoin() {
    std::vector<std::unique_ptr<VectorTransform>> transforms;
    transforms.push_back(make(Which::PCA, 21, 6));
    transforms.push_back(make(Which::Pad, 6, 10));
    transforms.push_back(make(Which::HR, 10, 16));
    transforms.push_back(make(Which::L2norm, 16, 16));
    TransformChain chain(std::move(transforms));
    QCOMPARE(chain.d_in(), std::size_t{21});
    QCOMPARE(chain.d_out(), std::size_t{16});
    QVERIFY(!chain.trained() && !chain.isometry() && chain.reversible());
    const VectorSet data = correlated(kRows, 21, 1);
    QVERIFY(chain.train(data, 1, {}).ok());
    QVERIFY(chain.trained());
    std::vector<float> a(6), b(10), c(16), d(16), all(16);
    const float* x = data.view<float>().row(9);
    chain[0].apply(x, a.data());
    chain[1].apply(a.data(), b.data());
    chain[2].apply(b.data(), c.data());
    chain[3].apply(c.data(), d.data());
    chain.apply(x, all.data());
    QCOMPARE(all, d);
    std::vector<float> back(21), back_again(16);
    chain.reverse(all.data(), back.data());
    const Status narrow = chain.train(correlated(10, 20, 1), 1, {});
    QVERIFY(!narrow.ok() && narrow.error().code == ErrorCode::DimensionMismatch);
}

void TestTransform::samplesAreLimited() {
    // What comes after the sample's limit plays no part.
    const VectorSet data = correlated(9000, 2, 1); // 1,000 rows a dimension
    TransformChain a = chain_of(make(Which::PCA, 2, 2)), b = chain_of(make(Which::PCA, 2, 2));
    QCOMPARE(a[0].max_training_rows(), std::size_t{2000});
    const auto sample = random_sample(9000, 2000, 5);
    const VectorSet drawn = VectorSet::adopt(data.gather(sample), 2000, 2);
    QVERIFY(a.train(data, 5, {}).ok());
    QVERIFY(b.train(drawn, 5, {}).ok());
    std::vector<float> x(2), y(2);
    a.apply(data.view<float>().row(0), x.data());
    b.apply(data.view<float>().row(0), y.data());
    QCOMPARE(x, y);
}

void TestTransform::cancelled() {
    std::stop_source stop;
    stop.request_stop();
    Control control;
    control.stop = stop.get_token();
    const VectorSet data = correlated(kRows, 21, 1);
    for (const Which which : {Which::RR, Which::PCA, Which::PCAWR, Which::ITQn}) {
        TransformChain chain = chain_of(make(which, 21, 8));
        const Status status = chain.train(data, 1, control);
        QVERIFY(!status.ok() && status.error().code == ErrorCode::Cancelled);
        QVERIFY(!chain.trained());
        QVERIFY(chain.train(data, 1, {}).ok());
        const auto applied = chain.apply(data, control);
        QVERIFY(!applied.ok() && applied.error().code == ErrorCode::Cancelled);
    }
}

void TestTransform::faissAgrees() {
    if (!have_faiss())
        QSKIP("no faiss for python here");
    // Faiss learns from the rows on stdin and prints what it makes of the first ones.
    const VectorSet data = correlated(400, 12, 1);
    QString input;
    for (std::size_t i = 0; i < 400; ++i)
        for (std::size_t j = 0; j < 12; ++j)
            input += QString::number(static_cast<double>(data.view<float>().row(i)[j]), 'g', 9) + ' ';
    QString error;
    const auto output = run_python(QStringLiteral(R"(
import sys, numpy as np, faiss
x = np.array(sys.stdin.read().split(), dtype=np.float32).reshape(400, 12)
for t in [faiss.PCAMatrix(12, 5), faiss.PCAMatrix(12, 5, -0.5), faiss.NormalizationTransform(12, 2),
          faiss.RemapDimensionsTransform(12, 16, False)]:
    t.train(x)
    print(*t.apply_py(x[:10]).ravel())
)"),
                                   input, &error);
    QVERIFY2(output, qPrintable(error));
    const QStringList lines = output->split('\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 4);
    const Which which[] = {Which::PCA, Which::PCAW, Which::L2norm, Which::Pad};
    for (int t = 0; t < 4; ++t) {
        const std::size_t d_out = t < 2 ? 5 : t == 2 ? 12 : 16;
        TransformChain chain = chain_of(make(which[t], 12, d_out));
        QVERIFY(chain.train(data, 1, {}).ok());
        const QStringList numbers = lines[t].split(' ', Qt::SkipEmptyParts);
        QCOMPARE(static_cast<std::size_t>(numbers.size()), 10 * d_out);
        std::vector<float> y(10 * d_out);
        chain.apply_each(data.view<float>().rows(0, 10), y.data());
        for (std::size_t j = 0; j < d_out; ++j) {
            double sign = 0, largest = 0; // an axis has no sign of its own
            for (std::size_t i = 0; i < 10; ++i) {
                sign += numbers[static_cast<int>(i * d_out + j)].toDouble() * y[i * d_out + j];
                largest = std::max(largest, std::abs(numbers[static_cast<int>(i * d_out + j)].toDouble()));
            }
            for (std::size_t i = 0; i < 10; ++i) {
                const double expected = numbers[static_cast<int>(i * d_out + j)].toDouble();
                const double got = (sign < 0 ? -1 : 1) * static_cast<double>(y[i * d_out + j]);
                QVERIFY2(std::abs(got - expected) <= 1e-3 * largest,
                         qPrintable(
                             QStringLiteral("%1 %2 %3: %4 %5").arg(t).arg(i).arg(j).arg(got).arg(expected)));
            }
        }
    }
}

QTEST_GUILESS_MAIN(TestTransform)
#include "tst_transform.moc"
