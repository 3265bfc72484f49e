using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Pylon.Forecasting.Models;

namespace Pylon.Forecasting.Tests.Models;

public sealed class DirectCoefficientsTests
{
    private const string Rewrite = "PYLON_WRITE_COEFFICIENTS";

    [Fact]
    public void ShippedCoefficientsAreThoseOfTheFitOnTwoYearsOfGreatBritain()
    {
        if (ReferenceSeries.Of2022 is not { } of2022 || ReferenceSeries.Of2023() is not { } of2023)
            return;

        var fitted = DirectModel.Fit([of2022, of2023]);

        if (Environment.GetEnvironmentVariable(Rewrite) is { Length: > 0 })
        {
            File.WriteAllText(Source(), Render(fitted));
            return;
        }

        for (var block = 0; block < ErrorQuantiles.Blocks; block++)
        {
            for (var n = 0; n < DirectModel.Features; n++)
                Assert.Equal(fitted[block][n], DirectCoefficients.Values[block][n], 5e-7);
        }
    }

    private static string Render(double[][] fitted)
    {
        var text = new StringBuilder(
            """
            namespace Pylon.Forecasting.Models;

            /// <summary>
            /// The coefficients of the direct model, fitted by DirectModel.Fit on the carbon intensity of Great Britain in 2022 (hourly) and
            /// 2023 (NESO, actuals of the half hours). A row for each 6 hours ahead; in it the last two hours, the means of the last 3, 6, 12,
            /// 24, 72 and 168 hours, the same hour of the last day, of the last week. DirectCoefficientsTests writes this file.
            /// </summary>
            internal static class DirectCoefficients
            {
                public static readonly double[][] Values =
                [

            """);
        foreach (var row in fitted)
            text.Append("        [").AppendJoin(", ", row.Select(value => value.ToString("0.000000", CultureInfo.InvariantCulture))).Append("],\n");
        return text.Append("    ];\n}\n").ToString();
    }

    private static string Source([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../src/Forecasting/Models/DirectCoefficients.cs");
}
