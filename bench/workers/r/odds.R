# Classic tables of anomaly detection from Debian's r-cran-mlbench and r-cran-kernlab, as two files each:
#   Rscript odds.R FOLDER SEEDS     writes FOLDER/NAME;SEED.csv, the rows, and FOLDER/NAME;SEED.labels, 1 for an anomaly
# Which classes are anomalies is as in the collection "Outlier Detection DataSets" (Rayana 2016); of spam and house votes, where
# the two classes are nearly as frequent, as many anomalies are kept, at random, as make 5 % of the rows.
suppressPackageStartupMessages({ library(mlbench); library(kernlab) })
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
seeds <- as.integer(arguments[2])

write <- function(name, seed, rows, anomalous) {
  path <- file.path(folder, paste0(name, ";", seed))
  write.csv(rows, paste0(path, ".csv"), row.names = FALSE)
  writeLines(as.character(as.integer(anomalous)), paste0(path, ".labels"))
}

# All normal rows and `count` anomalies, in their order.
thin <- function(name, seed, rows, anomalous, count) {
  set.seed(seed + 1)
  kept <- sort(c(which(!anomalous), sample(which(anomalous), count)))
  write(name, seed, rows[kept, ], anomalous[kept])
}

data(BreastCancer, Glass, Ionosphere, PimaIndiansDiabetes2, Satellite, Shuttle, HouseVotes84, spam)
whole <- function(factor) as.integer(as.character(factor))
cancer <- BreastCancer[complete.cases(BreastCancer), ]
shuttle <- Shuttle[Shuttle$Class != "High", ]
soils <- as.character(Satellite$classes)
fewest <- function(anomalous) round(0.05 / 0.95 * sum(!anomalous))

for (seed in seq_len(seeds) - 1) {
  write("breast cancer", seed, as.data.frame(lapply(cancer[, 2:10], whole)), cancer$Class == "malignant")
  write("glass", seed, Glass[, 1:9], Glass$Type == "6")
  write("ionosphere", seed, data.frame(V1 = whole(Ionosphere$V1), Ionosphere[, 3:34]), Ionosphere$Class == "bad")
  write("Pima", seed, PimaIndiansDiabetes2[, 1:8], PimaIndiansDiabetes2$diabetes == "pos")
  write("satellite", seed, Satellite[, 1:36], soils %in% c("cotton crop", "damp grey soil", "vegetation stubble"))
  thin("satimage-2", seed, Satellite[, 1:36], soils == "cotton crop", 71)
  write("shuttle", seed, shuttle[, 1:9], shuttle$Class != "Rad.Flow")
  thin("spam", seed, spam[, 1:57], spam$type == "spam", fewest(spam$type == "spam"))
  republican <- HouseVotes84$Class == "republican"
  thin("house votes", seed, HouseVotes84[, 2:17], republican, fewest(republican))
}
