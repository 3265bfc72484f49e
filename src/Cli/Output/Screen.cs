using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Spectre.Console;

namespace Pylon.Cli.Output;

/// <summary>Where a command writes: text for a person, or JSON and nothing else.</summary>
/// <param name="width">The columns of a line.</param>
/// <param name="isPlain">No colours: in a file, or with NO_COLOR.</param>
internal sealed class Screen(TextWriter output, TextWriter errors, int width, bool isPlain)
{
    private const int WidthOfAFile = 200;

    // As the REST API writes them.
    private static readonly JsonFormatter Messages = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithFormatDefaultValues(true));

    private static readonly JsonSerializerOptions Indented = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions OneLine = new(Indented) { WriteIndented = false };

    private readonly IAnsiConsole _console = Ansi(output, width, isPlain);

    public TextWriter Output => output;

    public TextWriter Errors => errors;

    public int Width => width;

    /// <summary>The terminal, or the file that the output goes to. COLUMNS sets the width of either.</summary>
    public static Screen OfConsole()
    {
        var isFile = Console.IsOutputRedirected;
        var width = int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var set) && set > 0 ? set : isFile ? WidthOfAFile : Math.Max(Console.WindowWidth, 40);
        return new Screen(Console.Out, Console.Error, width, isFile || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 });
    }

    public void Line(string text = "") => output.WriteLine(text);

    public void Show(Sheet sheet)
    {
        var (table, leftOut) = sheet.Fit(width);
        // Without the blanks that fill up a line.
        using var text = new StringWriter();
        Ansi(text, width, isPlain).Write(table);
        foreach (var line in text.ToString().TrimEnd().Split('\n'))
            output.WriteLine(line.TrimEnd());
        output.WriteLine();
        if (leftOut.Count > 0)
            _console.Write(new Text($"Not shown: {string.Join(", ", leftOut)}. A wider terminal or --json has them.\n", new Style(Color.Grey)));
    }

    /// <summary>One line of JSON.</summary>
    public void JsonLine(IMessage message) => output.WriteLine(Node(message).ToJsonString(OneLine));

    /// <summary>One document.</summary>
    public void Json(IMessage message) => Json(Node(message));

    /// <summary>One document: a list.</summary>
    public void JsonList(IEnumerable<IMessage> messages) => Json(new JsonArray([.. messages.Select(Node)]));

    /// <inheritdoc cref="Json(IMessage)"/>
    public void Json(JsonNode node) => output.WriteLine(node.ToJsonString(Indented));

    /// <inheritdoc cref="Json(IMessage)"/>
    public void JsonOf<T>(T value)
        where T : class => output.WriteLine(JsonSerializer.Serialize(value, Indented));

    private static JsonNode Node(IMessage message) => JsonNode.Parse(Messages.Format(message))!;

    private static IAnsiConsole Ansi(TextWriter writer, int width, bool isPlain)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
        });
        console.Profile.Width = width;
        return console;
    }
}
