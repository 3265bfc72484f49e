namespace Pylon.Cli.Client;

/// <summary>When and where a job is best run (pylon.orchestrator.v1.PlanWindowResponse in proto3 JSON).</summary>
internal sealed record PlanAnswer(Plan Plan, string Step = "")
{
    public IReadOnlyList<Plan> RunnersUp { get; init; } = [];

    public IReadOnlyList<PlanData> Data { get; init; } = [];

    /// <summary>gCO2/kWh of the steps of the candidate window.</summary>
    public IReadOnlyList<double> Curve { get; init; } = [];

    /// <summary>The seconds of a step.</summary>
    public TimeSpan StepLength => double.TryParse(Step.TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}

internal sealed record Plan(
    string Zone = "",
    int StartStep = 0,
    int EndStep = 0,
    Window? Window = null,
    PlanFigure? Carbon = null,
    PlanFigure? Price = null,
    string Objective = "",
    double Cost = 0,
    double NowCost = 0,
    double SavingPercent = 0,
    PlanEnergy? Energy = null,
    bool StartsNow = false,
    int WindowFirstStep = 0,
    int WindowEndStep = 0,
    bool CutAtSeriesEnd = false)
{
    public IReadOnlyList<PlanPiece> Pieces { get; init; } = [];
}

internal sealed record PlanPiece(int FirstStep = 0, int Steps = 0, Window? Window = null);

internal sealed record PlanFigure(double Sum = 0, double Mean = 0, double NowSum = 0, double NowMean = 0, double SavingPercent = 0);

internal sealed record PlanEnergy(double EnergyKwh = 0, bool Assumed = false, string Basis = "", double EmissionsGco2 = 0, double NowEmissionsGco2 = 0, double? CostGbp = null);

internal sealed record PlanData(string Zone = "", PlanSeriesData? Carbon = null);

internal sealed record PlanSeriesData(DateTimeOffset? AsKnownAt = null, int HalfHoursMissing = 0)
{
    public IReadOnlyList<PlanSourceShare> Sources { get; init; } = [];
}

internal sealed record PlanSourceShare(string Kind = "", string Source = "", double Share = 0)
{
    /// <summary>For example <c>75 % published (neso)</c>.</summary>
    public string Line => $"{Share * 100:0.#} % {Word}{(Source.Length > 0 && Source != Word ? $" ({Source})" : "")}";

    private string Word => Names.Short(Kind, "PLAN_VALUE_KIND_");
}
