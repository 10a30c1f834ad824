if (args is ["explore", ..]) return Zab.Simulator.Explore.ExploreCommand.Run(args[1..], Console.Out);
return 0;
