using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace TestKit;

/// <summary>Checks a property on random values, always the same ones unless told otherwise; a failure is shrunk and shown with its seed.</summary>
/// <remarks>Another sequence is tried with <c>BROWSERFARM_TEST_SEED=12345</c>; the failure's message says which seed brought it out.</remarks>
public static class ForAll
{
    private const ulong Seed = 20260101;
    private const ulong Gamma = 0x9E3779B97F4A7C15;   // any odd number

    public static void Values<T>(Gen<T> values, Action<T> property, int count = 200) => Values(Arb.From(values), property, count);

    /// <summary>With the given way of making a failing value smaller.</summary>
    public static void Values<T>(Arbitrary<T> values, Action<T> property, int count = 200)
    {
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("BROWSERFARM_TEST_SEED"), CultureInfo.InvariantCulture, out var asked) ? asked : Seed;
        var replay = new Replay(new Rnd(seed, Gamma), FSharpOption<int>.None);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(FSharpOption<Replay>.Some(replay)),
            Prop.ForAll(values, property));
    }
}
