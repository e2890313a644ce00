/**
 * Control queries: words that a document in front of a researcher is unlikely to be about, from many walks of life.
 * A control that a page does happen to mention makes chance look larger, never smaller. Change the name with the list.
 */
export const CONTROL_LIST = "everyday@1";

export const CONTROL_QUERIES: readonly string[] = `
violin lesson | giraffe neck | wedding cake | pirate treasure | knitting needles | lullaby singer | saffron rice
hedgehog burrow | castle moat | circus acrobat | chess grandmaster | orchid petals | snowman carrot | falcon nest
pancake syrup | ballet slippers | marble statue | jungle parrot | haunted mansion | sushi chef | cowboy saddle
origami crane | penguin colony | barber scissors | medieval knight | butterfly wings | poker table | goldfish bowl
surfing beach | perfume bottle | dragon legend | bagpipe player | pottery wheel | gorilla family | velvet curtain
fortune teller | campfire songs | rugby scrum | oyster pearl | puppet theatre | rainbow trout | monastery garden
yoga posture | dinosaur skeleton | cinnamon bun | opera tenor | trapeze artist | lavender soap | kangaroo pouch
scarecrow hat | tattoo needle | igloo dome | jazz trumpet | mermaid tail | walnut shell | fencing duel
honeymoon cruise | vampire novel | tulip bulb | hamster cage | magician rabbit | pumpkin lantern | nightingale melody
karate belt | gypsy caravan | leopard spots | embroidery thread | sailor knot | unicorn horn | cricket umpire
birthday balloon | volcano crater | monk prayer | croissant bakery | skateboard ramp | emerald necklace | wolf howl
fairy wand | tango dancer | beehive honey | samurai sword | lemonade stand | ostrich feather | poetry reading
mosquito bite | gladiator arena | raspberry jam | clown nose | telescope comet | porcelain doll | camel oasis
bonsai tree | thunder god | archery target | marathon runner | squirrel acorn | peacock plumage | chandelier crystal
wizard potion | harpsichord tuning
`
  .split(/[|\n]/)
  .map((query) => query.trim())
  .filter((query) => query !== "");
