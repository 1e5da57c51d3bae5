// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "quant/rabitq.h"
#include "simd/rabitq.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

using namespace annscope;
using namespace annscope::simd;

namespace {

using Row = std::vector<float>;

Row normals(Random& random, std::size_t n, double shift = 0) {
    Row x(n);
    for (float& v : x)
        v = static_cast<float>(shift + random.normal());
    return x;
}

/// A point whose residual to a centroid has a direction of its own, so that the bound is as tight as it
/// promises.
Row around(const Row& centroid, Random& random) {
    Row x = normals(random, centroid.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] += centroid[i];
    return x;
}

double true_distance(const Row& a, const Row& b, Metric metric) {
    double l2 = 0, ip = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = a[i], y = b[i];
        l2 += (x - y) * (x - y);
        ip += x * y;
    }
    return metric == Metric::L2 ? l2 : -ip;
}

RabitqFactors factors_at(const std::uint8_t* at) {
    RabitqFactors factors;
    std::memcpy(&factors, at, sizeof factors);
    return factors;
}

/// One code's estimate of a distance, what it may be off by, and the same from the signs alone by byte
/// tables.
struct Estimate {
    double whole = 0, bound = 0, by_tables = 0, table_bound = 0;
};

struct Cell {
    double offset = 0, reach = 0; ///< of the query, to the codes' centroid
};

Estimate estimate(const RabitqQuantizer& quantizer, const RabitqQuery& query, const std::uint8_t* code,
                  const Cell& cell) {
    const RabitqFactors signs = factors_at(code + quantizer.sign_bytes());
    unsigned sum = 0;
    for (std::size_t group = 0; group < quantizer.padded() / 4; ++group)
        sum += query.tables()[group * 16 + (code[group / 2] >> group % 2 * 4 & 15u)];
    const double rough = double{query.step()} * sum + double{query.lowest()};
    Estimate out;
    out.by_tables = cell.offset + double{signs.add} + double{signs.scale} * rough;
    out.table_bound = double{kRabitqEpsilon} *
                      (cell.reach * double{signs.error} - double{query.table_error()} * double{signs.scale});
    const float product = query.sign_product(code);
    RabitqFactors last = signs;
    float whole = product;
    if (quantizer.bits() > 1) {
        const std::uint8_t* extra = code + quantizer.sign_bytes() + sizeof last;
        last = factors_at(extra);
        whole = query.product(product, extra + sizeof last);
    }
    out.whole = cell.offset + double{last.add} + double{last.scale} * double{whole};
    out.bound = double{kRabitqEpsilon} * cell.reach * double{last.error};
    return out;
}

/// Errors of many estimates over many rotations.
struct Errors {
    double mean = 0, standard_error = 0; ///< of the relative error, from the means of the rotations
    double root_mean_square = 0, within = 0, tables_within = 0;
    std::size_t count = 0;
};

Errors measure(std::size_t dim, unsigned bits, Metric metric, std::size_t rotations) {
    constexpr std::size_t kRows = 60, kQueries = 20;
    Errors errors;
    std::vector<double> means;
    for (std::size_t seed = 0; seed < rotations; ++seed) {
        Random random(1000 * dim + seed);
        RabitqQuantizer quantizer(dim, bits, metric, seed);
        const Row centre = normals(random, dim, 1), centroid = normals(random, dim, 1);
        quantizer.set_centre(centre);
        RabitqQuantizer::Workspace work;
        std::vector<std::uint8_t> code(quantizer.code_size());
        std::vector<Row> queries;
        for (std::size_t i = 0; i < kQueries; ++i)
            queries.push_back(around(centroid, random));
        double sum = 0;
        for (std::size_t i = 0; i < kRows; ++i) {
            const Row row = around(centroid, random);
            quantizer.encode(row.data(), centroid.data(), work, code.data());
            const double size = std::sqrt(true_distance(row, centroid, Metric::L2));
            for (const Row& query : queries) {
                RabitqQuery prepared;
                prepared.prepare(quantizer, query.data());
                const Cell cell{true_distance(query, centroid, metric),
                                std::sqrt(true_distance(query, centroid, Metric::L2))};
                const Estimate found = estimate(quantizer, prepared, code.data(), cell);
                const double exact = true_distance(row, query, metric);
                const double relative = (found.whole - exact) / (size * cell.reach);
                sum += relative;
                errors.root_mean_square += relative * relative;
                errors.within += std::abs(found.whole - exact) <= found.bound ? 1 : 0;
                errors.tables_within += std::abs(found.by_tables - exact) <= found.table_bound ? 1 : 0;
                ++errors.count;
            }
        }
        means.push_back(sum / (kRows * kQueries));
    }
    for (const double mean : means)
        errors.mean += mean / static_cast<double>(rotations);
    for (const double mean : means)
        errors.standard_error += (mean - errors.mean) * (mean - errors.mean);
    errors.standard_error =
        std::sqrt(errors.standard_error / static_cast<double>(rotations * (rotations - 1)));
    const auto count = static_cast<double>(errors.count);
    errors.root_mean_square = std::sqrt(errors.root_mean_square / count);
    errors.within /= count;
    errors.tables_within /= count;
    return errors;
}

bool close(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

/// The best cosine over every factor at which some level changes.
double best_cosine(const Row& a, unsigned extra_bits) {
    const unsigned top = (1u << extra_bits) - 1;
    struct Step {
        double t;
        std::size_t at;
    };
    std::vector<Step> steps;
    double dot = 0, squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        dot += 0.5 * double{a[i]};
        squares += 0.25;
        for (unsigned level = 1; level <= top && a[i] > 0; ++level)
            steps.push_back({level / double{a[i]}, i});
    }
    std::sort(steps.begin(), steps.end(), [](const Step& x, const Step& y) { return x.t < y.t; });
    std::vector<unsigned> level(a.size());
    double best = dot / std::sqrt(squares);
    for (const Step& step : steps) {
        dot += double{a[step.at]};
        squares += 2 * ++level[step.at];
        best = std::max(best, dot / std::sqrt(squares));
    }
    double norm = 0;
    for (const float v : a)
        norm += double{v} * double{v};
    return best / std::sqrt(norm);
}

} // namespace

class TestRabitq : public QObject {
    Q_OBJECT

private slots:
    void kernels_data() {
        QTest::addColumn<int>("isa");
        for (const Isa isa : {Isa::Avx2, Isa::Avx512})
            QTest::newRow(name(isa)) << static_cast<int>(isa);
    }
    void kernels() {
        QFETCH(int, isa);
        if (!supported(static_cast<Isa>(isa)))
            QSKIP("this processor lacks the instruction set");
        const RabitqKernels &table = rabitq_kernels(static_cast<Isa>(isa)), &scalar = rabitq_scalar();
        QCOMPARE(static_cast<int>(table.isa), isa);
        Random random(3);
        for (std::size_t d = 16; d <= 400; d += 16) {
            const Row storage = normals(random, d + 1);
            const float* x = storage.data() + 1;
            Row sizes(d);
            for (std::size_t i = 0; i < d; ++i)
                sizes[i] = std::fabs(x[i]);
            float dot[2], squares[2];
            for (const float t : {0.4f, 1.7f, 9.f}) {
                table.score(sizes.data(), d, t, 7, &dot[0], &squares[0]);
                scalar.score(sizes.data(), d, t, 7, &dot[1], &squares[1]);
                QVERIFY(close(dot[0], dot[1], 1e-5 * double{dot[1]}));
                QVERIFY(close(squares[0], squares[1], 1e-5 * double{squares[1]}));
            }
            std::vector<std::uint8_t> words(d + 1);
            for (std::uint8_t& byte : words)
                byte = static_cast<std::uint8_t>(random());
            for (std::size_t planes = 1; planes <= 8; ++planes) {
                double expected = 0, magnitude = 0;
                for (std::size_t i = 0; i < d; ++i)
                    for (std::size_t p = 0; p < planes; ++p) {
                        const std::size_t bit = (i / 16 * planes + p) * 16 + i % 16;
                        if (words[1 + bit / 8] >> bit % 8 & 1)
                            expected += double{x[i]} * (1 << p);
                        magnitude += std::abs(double{x[i]}) * (1 << p);
                    }
                for (const RabitqKernels* kernels : {&table, &scalar})
                    QVERIFY(close(kernels->dot_planes(words.data() + 1, planes, x, d), expected,
                                  1e-6 * magnitude));
            }
        }
    }

    void signTables_data() {
        QTest::addColumn<int>("isa");
        for (const Isa isa : {Isa::Scalar, Isa::Avx2, Isa::Avx512})
            QTest::newRow(name(isa)) << static_cast<int>(isa);
    }
    /// Each entry is within half a step of its sum, and the same for every instruction set but for ties.
    void signTables() {
        QFETCH(int, isa);
        if (!supported(static_cast<Isa>(isa)))
            QSKIP("this processor lacks the instruction set");
        const RabitqKernels& table = rabitq_kernels(static_cast<Isa>(isa));
        Random random(5);
        for (const float top : {255.f, 63.f, 3.f})
            for (std::size_t d = 16; d <= 208; d += 48) {
                const Row x = normals(random, d);
                std::vector<std::uint8_t> bytes(4 * d);
                float step = 0, lowest = 0;
                table.sign_tables(x.data(), d, top, bytes.data(), &step, &lowest);
                double all = 0;
                for (std::size_t group = 0; group < d / 4; ++group) {
                    double low = 0;
                    for (std::size_t j = 0; j < 4; ++j)
                        low -= std::abs(double{x[4 * group + j]});
                    all += low;
                    for (unsigned index = 0; index < 16; ++index) {
                        double sum = 0;
                        for (std::size_t j = 0; j < 4; ++j)
                            sum += (index >> j & 1 ? 1 : -1) * double{x[4 * group + j]};
                        const double entry = double{step} * bytes[group * 16 + index] + low;
                        QVERIFY(close(entry, sum, 0.501 * double{step}));
                        QVERIFY(bytes[group * 16 + index] <= top);
                    }
                }
                QVERIFY(close(all, lowest, 1e-5 * std::abs(all)));
            }
        const Row zeros(32);
        std::vector<std::uint8_t> bytes(128, 1);
        float step = 1, lowest = 1;
        table.sign_tables(zeros.data(), 32, 255, bytes.data(), &step, &lowest);
        QVERIFY(step == 0 && lowest == 0 && std::ranges::count(bytes, 0) == 128);
    }

    void estimateKernel_data() { signTables_data(); }
    void estimateKernel() {
        QFETCH(int, isa);
        if (!supported(static_cast<Isa>(isa)))
            QSKIP("this processor lacks the instruction set");
        const RabitqKernels& table = rabitq_kernels(static_cast<Isa>(isa));
        Random random(6);
        for (int round = 0; round < 50; ++round) {
            alignas(64) std::array<float, 96> factors;
            std::array<std::uint16_t, 32> sums;
            std::array<float, 32> found;
            for (std::size_t i = 0; i < 32; ++i) {
                sums[i] = static_cast<std::uint16_t>(random.below(65536));
                factors[i] = static_cast<float>(random.uniform());
                factors[32 + i] = static_cast<float>(-random.uniform());
                factors[64 + i] = static_cast<float>(random.uniform());
            }
            const RabitqBlock block{sums.data(), factors.data(), 1e-4f, -3, 5, 0.5f, 0.25f};
            const auto limit = static_cast<float>(random.uniform() * 8);
            const std::uint32_t mask = table.estimate(block, limit, found.data());
            for (std::size_t i = 0; i < 32; ++i) {
                const double expected =
                    5 + double{factors[i]} + double{factors[32 + i]} * (double{1e-4f} * sums[i] - 3);
                QVERIFY(close(found[i], expected, 1e-5));
                const double lower =
                    expected - 0.5 * double{factors[64 + i]} + 0.25 * double{factors[32 + i]};
                if (!close(lower, limit, 1e-4))
                    QCOMPARE((mask >> i & 1) != 0, lower <= double{limit});
            }
        }
    }

    /// The grid that closes in finds what an enumeration of all levels' changes finds.
    void findsTheBestScale() {
        Random random(9);
        for (const std::size_t d : {16, 32, 64, 784})
            for (unsigned extra = 1; extra <= 8; ++extra)
                for (int round = 0; round < 10; ++round) {
                    Row a = normals(random, d);
                    for (float& v : a)
                        v = std::fabs(v) * 100;
                    if (round == 9 && d < 784) // far from normal, as no rotation leaves many dimensions
                        std::fill(a.begin() + 5, a.end(), 0.f);
                    const float t = rabitq_scale(a.data(), d, extra);
                    float dot, squares;
                    rabitq_scalar().score(a.data(), d, t, static_cast<float>((1u << extra) - 1), &dot,
                                          &squares);
                    double norm = 0;
                    for (const float v : a)
                        norm += double{v} * double{v};
                    const double found = double{dot} / std::sqrt(double{squares} * norm),
                                 best = best_cosine(a, extra);
                    // What is lost of the distance between directions, 1 - cosine.
                    QVERIFY2(1 - found <= (d < 784 ? 1.3 : 1.1) * (1 - best) + 1e-6,
                             qPrintable(QStringLiteral("d %1, %2 extra bits, round %3: %4, best %5")
                                            .arg(d)
                                            .arg(extra)
                                            .arg(round)
                                            .arg(1 - found)
                                            .arg(1 - best)));
                }
    }

    void isUnbiasedAndBounded_data() {
        QTest::addColumn<int>("dim");
        QTest::addColumn<int>("bits");
        QTest::addColumn<Metric>("metric");
        for (const int bits : {1, 2, 3, 4, 5, 6, 7, 8, 9})
            QTest::addRow("%d bits, 100 dimensions", bits) << 100 << bits << Metric::L2;
        for (const int bits : {1, 2, 4})
            QTest::addRow("%d bits, ip", bits) << 100 << bits << Metric::InnerProduct;
        QTest::newRow("1 bit, 784 dimensions") << 784 << 1 << Metric::L2;
        QTest::newRow("4 bits, 784 dimensions") << 784 << 4 << Metric::L2;
        QTest::newRow("1 bit, 30 dimensions") << 30 << 1 << Metric::L2;
    }
    void isUnbiasedAndBounded() {
        QFETCH(int, dim);
        QFETCH(int, bits);
        QFETCH(Metric, metric);
        const Errors errors =
            measure(static_cast<std::size_t>(dim), static_cast<unsigned>(bits), metric, dim > 500 ? 20 : 60);
        const QString text = QStringLiteral("mean %1 +- %2, within %3 and %4")
                                 .arg(errors.mean)
                                 .arg(errors.standard_error)
                                 .arg(errors.within)
                                 .arg(errors.tables_within);
        QVERIFY2(std::abs(errors.mean) <= 3 * errors.standard_error, qPrintable(text));
        const double promised = std::erf(double{kRabitqEpsilon} / std::sqrt(2.0));
        const double slack = 3 * std::sqrt(promised * (1 - promised) / static_cast<double>(errors.count));
        QVERIFY2(errors.within >= promised - slack, qPrintable(text));
        QVERIFY2(errors.tables_within >= promised - slack, qPrintable(text));
        QVERIFY2(errors.within <= 0.96, qPrintable(text)); // a bound that is wider than promised is of no use
    }

    void moreBitsAreCloser() {
        double before = 1;
        for (unsigned bits = 1; bits <= RabitqQuantizer::kMaxBits; ++bits) {
            const double error = measure(64, bits, Metric::L2, 10).root_mean_square;
            QVERIFY2(error < 0.65 * before, qPrintable(QStringLiteral("%1 bits: %2").arg(bits).arg(error)));
            before = error;
        }
    }

    void decodes_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<Metric>("metric");
        for (const Metric metric : {Metric::L2, Metric::InnerProduct})
            for (const int bits : {1, 2, 4, 9})
                QTest::addRow("%d bits, %s", bits, name(metric).data()) << bits << metric;
    }
    /// A code's point is the foot of the vector on the code's direction: the rest is at right angles to it.
    void decodes() {
        QFETCH(int, bits);
        QFETCH(Metric, metric);
        constexpr std::size_t kDim = 112; // not padded, so that nothing of the point is cut off
        Random random(4);
        RabitqQuantizer quantizer(kDim, static_cast<unsigned>(bits), metric, 8);
        quantizer.set_centre(normals(random, kDim));
        RabitqQuantizer::Workspace work;
        std::vector<std::uint8_t> code(quantizer.code_size());
        double before = 0;
        for (int round = 0; round < 20; ++round) {
            const Row centroid = normals(random, kDim), row = normals(random, kDim);
            quantizer.encode(row.data(), centroid.data(), work, code.data());
            Row found(kDim);
            quantizer.decode(code.data(), centroid.data(), found.data());
            double along = 0, norm = 0;
            for (std::size_t i = 0; i < kDim; ++i)
                along += double{found[i] - centroid[i]} * double{row[i] - found[i]};
            norm = true_distance(row, centroid, Metric::L2);
            QVERIFY(std::abs(along) < 1e-3 * norm);
            before += true_distance(row, found, Metric::L2) / norm / 20;
        }
        const double expected = bits == 1 ? 0.36 : bits == 2 ? 0.12 : bits == 4 ? 0.012 : 1e-5;
        QVERIFY2(before < 1.2 * expected && before > 0.5 * expected, qPrintable(QString::number(before)));
        const Row same = normals(random, kDim);
        quantizer.encode(same.data(), same.data(), work, code.data());
        Row found(kDim);
        quantizer.decode(code.data(), same.data(), found.data());
        QVERIFY(found == same);
    }
};

QTEST_GUILESS_MAIN(TestRabitq)
#include "tst_rabitq.moc"
