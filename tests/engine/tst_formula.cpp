// SPDX-License-Identifier: GPL-3.0-or-later
#include "tune/formula.h"

#include <QTest>

using namespace annscope;

class TestFormula : public QObject {
    Q_OBJECT
private slots:
    void evaluatesFormulas_data() {
        QTest::addColumn<QString>("formula");
        QTest::addColumn<double>("value"); // negative: nothing
        QTest::newRow("product") << "n * d * 4" << 48000.0;
        QTest::newRow("ceil") << "n * ceil(M * nbits / 8)" << 3000.0;
        QTest::newRow("power") << "2^nbits * d * 4" << 1536.0;
        QTest::newRow("power of power") << "2^2^3" << 256.0;
        QTest::newRow("parentheses") << "(M + 1) * 8" << 40.0;
        QTest::newRow("order") << "2 + 3 * 4 - 6 / 2" << 11.0;
        QTest::newRow("max") << "max(16, 2^nbits) * M + min(n, d)" << 140.0;
        QTest::newRow("max of one") << "max(16)" << -1.0;
        QTest::newRow("unknown name") << "n * speed" << -1.0;
        QTest::newRow("comment") << "n * 4, about" << -1.0;
        QTest::newRow("empty") << "" << -1.0;
        QTest::newRow("open") << "(n * 4" << -1.0;
        QTest::newRow("no operator") << "2M" << -1.0;
        QTest::newRow("by zero") << "n / 0" << -1.0;
        QTest::newRow("huge") << "99999999999999999999999" << -1.0;
        QTest::newRow("deep") << QString(5000, '(') << -1.0;
    }
    void evaluatesFormulas() {
        QFETCH(QString, formula);
        QFETCH(double, value);
        const FormulaValues values{{"n", {1000}}, {"d", {12}}, {"M", {4}}, {"nbits", {5}}};
        const auto result = evaluate(formula.toStdString(), values);
        QCOMPARE(result.has_value(), value >= 0);
        if (result)
            QCOMPARE(*result, value);
    }

    void putsNumbersIntoFormulas() {
        const FormulaValues values{{"n", {1000, 1024}}, {"d", {784, 64}}, {"M", {16}}, {"nbits", {8}}};
        const auto text = [&](const char* formula, std::uint64_t bytes) {
            return with_numbers(formula, bytes, values).value_or("none");
        };
        QCOMPARE(text("n * d * 4", 1000 * 784 * 4), std::string("1000 * 784 * 4"));
        QCOMPARE(text("n * d * 4", 1000 * 64 * 4), std::string("1000 * 64 * 4"));
        QCOMPARE(text("n * M * nbits / 8", 1024 * 16), std::string("1024 * 16 * 8 / 8"));
        QCOMPARE(text("2^nbits * d * 4", 256 * 784 * 4), std::string("2^8 * 784 * 4"));
        QCOMPARE(text("n * d * 4", 7), std::string("none")); // never a sum that is wrong
        QCOMPARE(text("n * 4, about", 4000), std::string("none"));
    }
};

QTEST_GUILESS_MAIN(TestFormula)
#include "tst_formula.moc"
