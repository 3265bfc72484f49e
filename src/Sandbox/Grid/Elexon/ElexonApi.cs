using System.Globalization;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Grid.Simulation;
using Pylon.Sandbox.Grid.Sources;

namespace Pylon.Sandbox.Grid.Elexon;

/// <summary>
/// Elexon's Insights API (bmrs.elexon.co.uk/api-documentation): system prices by settlement date, market index prices by
/// time, metered demand, and the demand forecast until the end of tomorrow. Each value is published 15 minutes after the
/// end of its settlement period.
/// </summary>
internal sealed class ElexonApi() : GridSource("elexon", ["system-prices", "market-index", "demand-outturn", "demand-forecast"], outlier: 285_600)
{
    private const string Base = "bmrs/api/v1/";
    private const int MostDays = 7;
    private const int MostOutturnDays = 28;
    private static readonly TimeSpan Published = TimeSpan.FromMinutes(15);
    private static readonly DateOnly FirstDay = new(2016, 1, 1);
    private static readonly DateOnly LastDay = new(2100, 1, 1);
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd"];

    public override string DatasetOf(string path) => Below(path) switch
    {
        var p when p.StartsWith("balancing/settlement/system-prices", StringComparison.Ordinal) => "system-prices",
        "balancing/pricing/market-index" => "market-index",
        "demand/outturn" or "demand/outturn/stream" => "demand-outturn",
        "forecast/demand/day-ahead" => "demand-forecast",
        _ => "other",
    };

    public override JToken Failure(int status) => new JObject
    {
        ["statusCode"] = status,
        ["message"] = status == 429 ? "Rate limit is exceeded. Try again in 1 seconds." : "Internal server error",
    };

    public override GridAnswer Answer(string path, IQueryCollection query, DateTimeOffset now)
    {
        if (query["format"].ToString() is not ("" or "json"))
            return Invalid("format", "The sandbox answers in json only.");
        return Below(path).Split('/') switch
        {
            ["balancing", "settlement", "system-prices", var date] => SystemPrices(date, null, now),
            ["balancing", "settlement", "system-prices", var date, var period] => SystemPrices(date, period, now),
            ["balancing", "pricing", "market-index"] => MarketIndex(query, now),
            ["demand", "outturn"] => Outturn(query, now, stream: false),
            ["demand", "outturn", "stream"] => Outturn(query, now, stream: true),
            ["forecast", "demand", "day-ahead"] => DayAhead(now),
            _ => new GridAnswer(404, new JObject { ["statusCode"] = 404, ["message"] = "Resource not found" }),
        };
    }

    private static string Below(string path) => path.StartsWith(Base, StringComparison.Ordinal) ? path[Base.Length..] : path;

    private static GridAnswer SystemPrices(string date, string? period, DateTimeOffset now)
    {
        if (Day(date) is not { } day)
            return Invalid("settlementDate", $"The value '{date}' is not valid.");
        var number = 0;
        if (period is not null && (!int.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number is < 1 or > 50))
            return Invalid("settlementPeriod", "The settlement period must be between 1 and 50 inclusive.");
        return List(["DISEBSP"], SettlementDay.Windows(day).Where(w => IsPublished(w, now) && (number == 0 || SettlementDay.Period(w) == number)).Select(ElexonRows.SystemPrice));
    }

    private static GridAnswer MarketIndex(IQueryCollection query, DateTimeOffset now)
    {
        if (Time(query["from"]) is not { } from)
            return Invalid("from", "The from field is required and must be a date-time.");
        if (Time(query["to"]) is not { } to || to < from)
            return Invalid("to", "The to field is required and must be a date-time that is not before from.");
        if (to - from > TimeSpan.FromDays(MostDays))
            return Invalid("to", $"The date range between from and to inclusive must not exceed {MostDays} days.");
        var providers = query["dataProviders"].Count > 0 ? query["dataProviders"].ToArray() : ["APXMIDP", "N2EXMIDP"];
        var windows = HalfHours.EndingIn(from + HalfHours.Length, to + HalfHours.Length).Where(w => w >= from && IsPublished(w, now));
        return List(["MID"], windows.SelectMany(w => ElexonRows.Providers.Where(providers.Contains).Select(p => ElexonRows.MarketIndex(w, p))));
    }

    private static GridAnswer Outturn(IQueryCollection query, DateTimeOffset now, bool stream)
    {
        var today = SettlementDay.Of(now);
        var (first, last) = (query["settlementDateFrom"].ToString(), query["settlementDateTo"].ToString());
        var to = last.Length == 0 ? today : Day(last);
        var from = first.Length == 0 ? to : Day(first);
        if (from is null)
            return Invalid("settlementDateFrom", $"The value '{first}' is not valid.");
        if (to is null || to < from)
            return Invalid("settlementDateTo", $"The value '{last}' is not valid.");
        if (to.Value.DayNumber - from.Value.DayNumber >= MostOutturnDays)
            return Invalid("settlementDateTo", $"The date range must not exceed {MostOutturnDays} days.");
        var rows = SettlementDay.Windows(from.Value, to.Value).Where(w => IsPublished(w, now)).Select(w => ElexonRows.Outturn(w, w + HalfHours.Length + Published));
        return stream ? Bare(rows) : List(["INDO", "ITSDO"], rows);
    }

    // Issued every half hour, from the current settlement period to the end of tomorrow.
    private static GridAnswer DayAhead(DateTimeOffset now)
    {
        var current = HalfHours.Containing(now);
        return List(["NDF", "TSDF"], SettlementDay.Windows(SettlementDay.Of(now), SettlementDay.Of(now).AddDays(1)).Where(w => w >= current).Select(w => ElexonRows.Forecast(w, current)));
    }

    private static bool IsPublished(DateTimeOffset window, DateTimeOffset now) => window + HalfHours.Length + Published <= now;

    private static DateOnly? Day(string text) => SettlementDay.TryRead(text, out var day) && day >= FirstDay && day <= LastDay ? day : null;

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            && time.Year >= FirstDay.Year && time.Year <= LastDay.Year
            ? time
            : null;

    private static GridAnswer List(string[] datasets, IEnumerable<JObject> rows)
    {
        var data = new JArray(rows);
        var body = new JObject { ["metadata"] = new JObject { ["datasets"] = new JArray(datasets.Cast<object>().ToArray()) }, ["data"] = data };
        return new GridAnswer(200, body) { Rows = data, Values = ElexonRows.Values };
    }

    private static GridAnswer Bare(IEnumerable<JObject> rows)
    {
        var data = new JArray(rows);
        return new GridAnswer(200, data) { Rows = data, Values = ElexonRows.Values };
    }

    private static GridAnswer Invalid(string field, string why) => new(400, new JObject
    {
        ["type"] = "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        ["title"] = "One or more validation errors occurred.",
        ["status"] = 400,
        ["errors"] = new JObject { [field] = new JArray(why) },
    });
}
