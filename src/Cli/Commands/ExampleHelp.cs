using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Pylon.Cli.Commands;

/// <summary>The help of a command, with its example below.</summary>
internal sealed class ExampleHelp(HelpAction help) : SynchronousCommandLineAction
{
    public static HelpOption Option(int width)
    {
        var option = new HelpOption();
        if (option.Action is HelpAction help)
        {
            help.MaxWidth = width;
            option.Action = new ExampleHelp(help);
        }

        return option;
    }

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb verb)
            parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  ./pylon {verb.Example}\n");
        return code;
    }
}
