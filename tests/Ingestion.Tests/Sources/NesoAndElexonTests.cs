using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources.Elexon;
using Pylon.Ingestion.Sources.Neso;

namespace Pylon.Ingestion.Tests.Sources;

public sealed class NesoAndElexonTests
{
    private static readonly SeriesDefinition Demand = SeriesDefinition.Demand;

    [Theory]
    [InlineData("01-JAN-2024")]
    [InlineData("01-Jan-24")]
    [InlineData("2024-01-01")]
    [InlineData("01/01/2024")]
    [InlineData("2024-01-01T00:00:00")]
    public void DateIsReadInEveryFormatThatNesoHasWritten(string date)
    {
        var value = Assert.Single(NesoRows.ReadFile($"SETTLEMENT_DATE,SETTLEMENT_PERIOD,ND,TSD\r\n{date},3,21783,23466\r\n", "t").Values);

        Assert.Equal((Demand.Actuals, At("2024-01-01T01:00Z"), 21783m, 23466m), (value.Table, value.Start, value.Number, value.Others[0]));
    }

    [Fact]
    public void PeriodsThatADayDoesNotHaveAndDemandOfNothingAreRejected()
    {
        var parsed = NesoRows.ReadFile(
            """
            SETTLEMENT_DATE,SETTLEMENT_PERIOD,ND,TSD,FORECAST_ACTUAL_INDICATOR
            2026-03-29,46,20000,21000,A
            2026-03-29,47,20000,21000,A
            2025-10-26,50,20000,21000,A
            2025-10-27,49,20000,21000,A
            2025-10-27,1,0,500,A
            2025-10-27,2,,500,A
            2025-10-27,3,22000,,F
            2025-10-27,4,0,0,F
            """, "t");

        Assert.Equal([At("2026-03-29T22:30Z"), At("2025-10-26T23:30Z")], parsed.Of(Demand.Actuals).Select(v => v.Start));
        Assert.Equal(At("2025-10-27T01:00Z"), Assert.Single(parsed.Of(Demand.Forecasts)).Start);
        Assert.Equal(
            ["2026-03-29 has 46 settlement periods and no 47", "2025-10-27 has 48 settlement periods and no 49", "ND 0 is not from 1 to 99999", "ND is missing", "ND 0 is not from 1 to 99999"],
            parsed.Rejected.Select(r => r.Reason));
        Assert.Equal([3, 5, 6, 7, 9], parsed.Rejected.Select(r => r.Line));
        Assert.Equal((8, 3), (parsed.RowsRead, parsed.RowsAccepted));
    }

    [Fact]
    public void CardinalPointsStayTwelveWindowsAndAreNotSpreadOverTheDay()
    {
        var parsed = NesoRows.ReadFile(
            """
            "DAYSAHEAD","TARGETDATE","FORECASTDEMAND","CARDINALPOINT","CP_TYPE","CP_ST_TIME","CP_END_TIME","F_Point"
            1,20260709,21371,"1F","F",30,30,""
            1,20260709,20804,"1S","T",100,130,"a ""point"", so called"
            1,20260709,21001,"4C","F",2400,2400,""
            1,20260709,21001,"5X","F",1015,1015,""
            """, "t");

        Assert.Equal(
            [("1F", At("2026-07-08T23:00Z"), At("2026-07-08T23:30Z")), ("1S", At("2026-07-08T23:30Z"), At("2026-07-09T00:30Z")), ("4C", At("2026-07-09T22:30Z"), At("2026-07-09T23:00Z"))],
            parsed.Of(Demand.Forecasts).Select(v => (v.Label, v.Start, v.End!.Value)));
        Assert.Equal("CP_ST_TIME 1015 is not the end of a half hour", Assert.Single(parsed.Rejected).Reason);
    }

    [Fact]
    public void HalfHourlyForecastLabelsItsEndTwiceAndBothMustAgree()
    {
        var parsed = NesoRows.ReadFile(
            """
            "DATE","CTIME","GDATETIME","NATIONALDEMAND"
            "2026-07-10",30,"2026-07-09T23:30:00",20660
            "2026-07-10",100,"2026-07-10T01:00:00",20660
            """, "t");

        Assert.Equal(At("2026-07-09T23:00Z"), Assert.Single(parsed.Of(Demand.Forecasts)).Start);
        Assert.Equal("CTIME and GDATETIME are different half hours", Assert.Single(parsed.Rejected).Reason);
    }

    [Fact]
    public void SuccessIsAFlagInTheBody()
    {
        var (failed, _, _) = CkanBody.ReadRecords("""{"success":false,"error":{"__type":"Validation Error","message":"no such column"}}""", "t");
        var (read, total, _) = CkanBody.ReadRecords(
            """{"success":true,"result":{"total":1000,"limit":100,"records":[{"_id":1,"SETTLEMENT_DATE":"11-Jan-23","SETTLEMENT_PERIOD":20,"ND":33380,"TSD":34479}]}}""", "t");

        Assert.Equal("the source says success=false Validation Error no such column", failed.Problem);
        Assert.Equal((1000, 1, null), (total, read.Of(Demand.Actuals).Count, read.Problem));
    }

    [Fact]
    public void UnknownColumnsRejectEveryRow()
    {
        var parsed = NesoRows.ReadFile("a,b\n1,2\n3,4", "t");

        Assert.Equal(["1,2", "3,4"], parsed.Rejected.Select(r => r.Body));
    }

    [Fact]
    public void ElexonRowsAreWhatTheirColumnsSay()
    {
        var parsed = ElexonBody.Read(
            """
            {"metadata":{},"data":[
              {"settlementDate":"2025-10-26","settlementPeriod":5,"startTime":"2025-10-26T01:00:00Z","systemSellPrice":-12.5,"systemBuyPrice":-12.5,"netImbalanceVolume":-60.1},
              {"settlementDate":"2025-10-26","settlementPeriod":5,"startTime":"2025-10-26T02:00:00Z","systemSellPrice":70,"systemBuyPrice":70},
              {"startTime":"2025-10-26T01:00:00Z","dataProvider":"APXMIDP","settlementDate":"2025-10-26","settlementPeriod":5,"price":55.5,"volume":900},
              {"startTime":"2025-10-26T01:00:00Z","dataProvider":"N2EXMIDP","settlementDate":"2025-10-26","settlementPeriod":5,"price":0,"volume":0},
              {"publishTime":"2025-10-26T02:00:00Z","startTime":"2025-10-26T01:00:00Z","settlementDate":"2025-10-26","settlementPeriod":5,"initialDemandOutturn":20100,"initialTransmissionSystemDemandOutturn":21100},
              {"publishTime":"2025-10-25T09:00:00Z","startTime":"2025-10-26T01:00:00Z","settlementDate":"2025-10-26","settlementPeriod":5,"boundary":"N","nationalDemand":20000,"transmissionSystemDemand":21000},
              {"settlementDate":"2025-10-26","settlementPeriod":51,"systemSellPrice":1,"systemBuyPrice":1}]}
            """, "t");

        Assert.Equal([("", -12.5m)], parsed.Of(SeriesDefinition.SystemPrice.Actuals).Select(p => (p.Label, p.Number)));
        Assert.Equal([("APXMIDP", 55.5m), ("N2EXMIDP", 0m)], parsed.Of(SeriesDefinition.MarketIndexPrice.Actuals).Select(p => (p.Label, p.Number)));
        Assert.Equal(20100, Assert.Single(parsed.Of(Demand.Actuals)).Number);
        Assert.Equal(At("2025-10-25T09:00Z"), Assert.Single(parsed.Of(Demand.Forecasts)).CapturedAt);
        Assert.Equal(
            ["startTime is not the start of settlement period 2025-10-26/5", "settlementPeriod 51 is not from 1 to 50"], parsed.Rejected.Select(r => r.Reason));
    }

    [Fact]
    public void SystemPriceGivesItsNetImbalanceVolumeAsASeriesOfItsOwn()
    {
        var parsed = ElexonBody.Read(
            """
            {"data":[
              {"settlementDate":"2026-03-04","settlementPeriod":19,"systemSellPrice":70,"netImbalanceVolume":-312.5},
              {"settlementDate":"2026-03-04","settlementPeriod":20,"systemSellPrice":71,"netImbalanceVolume":null},
              {"settlementDate":"2026-03-04","settlementPeriod":21,"systemSellPrice":72,"netImbalanceVolume":1000001}]}
            """, "system-prices");

        Assert.Equal([(At("2026-03-04T09:00Z"), -312.5m)], parsed.Of(SeriesDefinition.ImbalanceVolume.Actuals).Select(v => (v.Start, v.Number)));
        Assert.Equal(3, parsed.Of(SeriesDefinition.SystemPrice.Actuals).Count);
        Assert.Equal("netImbalanceVolume 1000001 is not from -1000000 to 1000000", Assert.Single(parsed.Rejected).Reason);
    }

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time);
}
