using Pylon.Rpc;

namespace Pylon.Insights.Imports;

/// <summary>Where the columns of a file of shipments are.</summary>
internal sealed class ShipmentColumns
{
    /// <summary>The modes of a leg, in the order of all arrays of legs.</summary>
    public static readonly IReadOnlyList<string> Modes = ["road", "rail", "sea", "air"];

    private static readonly string[] Required =
    [
        "Date", "Warehouse Code", "Customer Code", "Order Number", "Order Line Number", "Item Code", "Units", "Conversion Ratio", "Road", "Rail", "Sea", "Air", "KG",
        "CO2 Road", "CO2 Rail", "CO2 Sea", "CO2 Air", "CO2 Total",
    ];

    private static readonly string[] Indexes = ["index", "id", "unnamed: 0"];

    private readonly List<string> _names;

    private ShipmentColumns(List<string> names)
    {
        _names = names;
        Index = names[0].Length == 0 ? 0 : names.FindIndex(Indexes.Contains);
        (Date, Warehouse, Customer) = (Of("Date"), Of("Warehouse Code"), Of("Customer Code"));
        (Order, OrderLine, Item) = (Of("Order Number"), Of("Order Line Number"), Of("Item Code"));
        (Units, Ratio, Weight, Total) = (Of("Units"), Of("Conversion Ratio"), Of("KG"), Of("CO2 Total"));
        Distances = [.. Modes.Select(Of)];
        Published = [.. Modes.Select(mode => Of("CO2 " + mode))];
    }

    public int Count => _names.Count;

    /// <summary>-1 when the file has none.</summary>
    public int Index { get; }

    public int Date { get; }

    public int Warehouse { get; }

    public int Customer { get; }

    public int Order { get; }

    public int OrderLine { get; }

    public int Item { get; }

    public int Units { get; }

    public int Ratio { get; }

    public int Weight { get; }

    public int Total { get; }

    /// <summary>km, by mode.</summary>
    public int[] Distances { get; }

    /// <summary>kg CO2e, by mode.</summary>
    public int[] Published { get; }

    /// <summary>Reads the line that names the columns; refuses it when one is missing.</summary>
    public static ShipmentColumns Read(string header)
    {
        var names = ShipmentReader.Fields(header.TrimStart('\uFEFF')).Select(name => name.Trim().ToLowerInvariant()).ToList();
        var missing = Required.Where(name => !names.Contains(name.ToLowerInvariant())).ToList();
        if (names.Count == 0 || missing.Count > 0)
            throw Wrong($"must begin with a line that names the columns; missing: {string.Join(", ", names.Count == 0 ? Required : missing)}");
        if (Required.FirstOrDefault(name => names.Count(n => n == name.ToLowerInvariant()) > 1) is { } repeated)
            throw Wrong($"must name the column {repeated} once");
        return new ShipmentColumns(names);
    }

    private int Of(string name) => _names.IndexOf(name.ToLowerInvariant());

    private static RefusalException Wrong(string rule) => Refusal.InvalidArgument("data", rule).AsException();
}
