namespace Pylon.Architecture.Tests.Samples.There
{
    internal class Thing : Exception
    {
        public static readonly int Number = new Random(1).Next();

        public static int Count() => Number;
    }

    internal struct Value
    {
        public int Number;
    }

    [AttributeUsage(AttributeTargets.All)]
    internal sealed class MarkAttribute : Attribute;

    internal interface IThing;
}

// Each type uses the other namespace in one place only; a type that FoldersTests does not see hides a circle.
namespace Pylon.Architecture.Tests.Samples.Here
{
    internal sealed class InAsyncMethod
    {
        public static async Task<int> RunAsync()
        {
            await Task.Yield();
            return There.Thing.Count();
        }
    }

    internal sealed class InLambdaOfAsyncMethod
    {
        public static async Task<Func<int>> RunAsync(int add)
        {
            await Task.Yield();
            return () => new[] { add }.Select(number => number + There.Thing.Count()).Sum();
        }
    }

    internal sealed class InIterator
    {
        public static IEnumerable<int> Numbers()
        {
            yield return 1;
            yield return There.Thing.Count();
        }
    }

    internal sealed class InLocalFunction
    {
        public static int Run(int add)
        {
            return Local();

            int Local() => add + There.Thing.Number;
        }
    }

    internal sealed class InMethodArgument
    {
        public static object Run() => Enumerable.Empty<There.Thing>();
    }

    internal sealed class InGenericField
    {
        public Dictionary<string, List<There.Thing>>? Things { get; set; }
    }

    internal sealed class InTypeOf
    {
        public static Type Run() => typeof(There.Thing);
    }

    internal sealed class InPattern
    {
        public static bool Run(object any) => any is There.Thing;
    }

    internal sealed class InCatch
    {
        public static int Run()
        {
            try
            {
                return int.Parse("1");
            }
            catch (There.Thing)
            {
                return 0;
            }
        }
    }

    internal sealed class InArray
    {
        public static object Run() => new There.Thing[1];
    }

    internal sealed class InLocalValue
    {
        public static int Run()
        {
            There.Value value = default;
            value.Number++;
            return value.Number;
        }
    }

    [There.Mark]
    internal sealed class InAttribute;

    internal sealed class InAttributeOfMethod
    {
        [There.Mark]
        public static int Run() => 1;
    }

    internal sealed class InConstraint<T>
        where T : There.IThing;

    internal sealed class InBaseArgument : List<There.Thing>;

    internal sealed class InInitializer
    {
        private readonly Func<int> _count = () => There.Thing.Count();

        public int Count => _count();
    }
}
